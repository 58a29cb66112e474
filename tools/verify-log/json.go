package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// strict reads one JSON value, of known members only, and nothing after it.
func strict(data []byte, into any) error {
	if err := unambiguous(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows")
	}
	return nil
}

// lenient reads one JSON value and passes over members that it does not know.
func lenient(data []byte, into any) error {
	if err := unambiguous(data); err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// unambiguous refuses two members of one name. Go takes names in any case and the last of several, others do not: what
// two readers would understand differently proves nothing.
func unambiguous(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	type frame struct {
		names map[string]bool // nil in an array
		value bool            // a name was read, its value comes next
	}
	var stack []frame
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		top := len(stack) - 1
		if name, ok := token.(string); ok && top >= 0 && stack[top].names != nil && !stack[top].value {
			folded := strings.ToLower(name)
			if stack[top].names[folded] {
				return fmt.Errorf("the member %q stands twice", name)
			}
			stack[top].names[folded], stack[top].value = true, true
			continue
		}
		if top >= 0 {
			stack[top].value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, frame{names: map[string]bool{}})
		case json.Delim('['):
			stack = append(stack, frame{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
		if len(stack) > maxDepth {
			return errors.New("too deeply nested")
		}
	}
}
