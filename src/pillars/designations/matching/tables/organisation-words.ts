/**
 * Words of organisations' names. A line is one meaning: spellings and short forms, then after the bar words of other
 * languages for it. The number says how little the word tells by itself (4: nothing).
 */
export const ORGANISATION_WORDS = `
4 company co companies coy | sharika sharikat sherkat shirkat kompaniya kompania compagnie compania kumpany شركة شرکت компания корп
4 group grp groupe gruppe gruppa grupo grup gruppo | majmua مجموعة группа
4 corporation corp corporate korporatsiya korporatsia | корпорация
4 incorporated inc
4 enterprise enterprises ent entreprise empresa predpriyatie predpriyatiye | предприятие
4 holding holdings hldg | холдинг
4 trading trade trdg traders trader torgovy torgovaya torgovyi comercial commerciale ticaret tijara tijarat | tejarat bazargani торговая торговый تجارة تجارت بازرگانی
4 general genl gen | umum عامة
4 international intl int'l internationale internacional mezhdunarodny mezhdunarodnyy | beynolmelal bainulaqwami международный دولية
4 limited ltd ltda
4 services service svc svcs servis | khidmat khadamat خدمات услуги
4 industries industry industrial industrie industria ind industriya | sanat sanaye промышленность صنايع
3 import imports
3 export exports eksport
3 bank banque banco bankası | банк بنك بانک مصرف masraf
3 foundation fdn fondation fundacion fundation stiftung waqf fond fund | muassasa moassese bonyad foundations фонд مؤسسة بنیاد
3 trust trusts
3 association assn assoc asociacion verein anjuman | jamiyat assotsiatsiya ассоциация جمعية انجمن
3 society | jamiat obshchestvo общество
3 organization organisation org organizacion orgs organizatsiya | munazzama sazman tanzim tanzeem организация منظمة سازمان تنظیم
3 movement mvmt movimiento dvizhenie dvizheniye | tehrik harakat движение حركة جنبش تحریک
3 front frente | jabhat jabha cephesi фронт جبهة جبهه
3 party partido partiya partei | hizb partisi партия حزب
3 army armee ejercito | jaish lashkar армия جيش
3 brigade brigades brigada bde | katiba kataib liwa katibat бригада كتيبة لواء
3 battalion battalions bn | katiba fauj батальон
3 forces force fuerzas | quwat силы قوات
3 committee comite cttee komitet | komiteh lajnah комитет لجنة
3 council counsel consejo conseil sovet | shura majlis совет مجلس
3 ministry ministerio ministere min ministerstvo | vezarat wizara министерство وزارة وزارت
3 department dept departamento
3 institute inst institut instituto | институт معهد
3 university univ universitet universite universidad | daneshgah jamia университет جامعة دانشگاه
3 centre center ctr centro tsentr zentrum | markaz центр مركز مرکز
3 school | madrasa maktab
3 hospital
3 agency agencia agence agentstvo | агентство وكالة
3 office | maktab daftar مكتب
3 bureau buro byuro
3 charity charitable khairia khayriyya | blagotvoritelny blagotvoritelnyi khairiyah خيرية благотворительный
3 relief | ighatha igatha إغاثة
3 welfare | falah bahbood falahi
3 humanitarian insani | гуманитарный
3 islamic islami islamiya islamia | исламский
3 national nat'l natl nationale nacional natsionalny | milli meli melli национальный وطنية ملی
3 united | ittihad muttahida объединенный متحدة
3 liberation libération liberacion | tahrir azadi освобождение تحریر
3 peoples people's people popular | shabi khalq народный شعبية
3 state | dawla dawlat
3 revolutionary revolucionario | inqilabi enghelab
3 shipping ship shipg | kashtirani судоходная
3 maritime marine | морской
3 line lines
3 airlines airline airways air avia aviation | havapeymaee авиа
3 transport transportation transports transportes trans | naql транспорт نقل
3 logistics logistic
3 construction constructions construct stroitelstvo stroy building bldg | insaat строительство
3 engineering eng engg | muhandisi mohandesi инжиниринг
3 technology teknologiya technologies tech technical tekhnologii tekhnologiya | fanavari технологии
3 electronics electronic elektronik electric electrical
3 systems system
3 research
3 development devel dev desarrollo | tausea развитие
3 investment investments invest inversiones | инвестиции
3 finance financial fin | moneel финансовая
3 exchange exchanges exchangers | sarafi sarrafi hawala صرافی صرافة
3 money
3 insurance | bimeh
3 petroleum petrol oil neft petro | naft нефть نفط نفت
3 gas | газ
3 petrochemical petrochemicals | petroshimi
3 chemical chemicals chem | shimi
3 energy | энергия
3 power
3 steel | foolad сталь
3 mining mines
3 factory plant works zavod usine fabrik fabrika | завод مصنع
3 manufacturing mfg manufacture manufacturers
3 production productions produccion proizvodstvo
3 management mgmt
3 consulting consultants consultancy
3 solutions
3 global world worldwide
3 brothers bros
3 sons
3 family
3 free azad
3 new novaya nova
3 and
3 of
3 for
3 the
3 in
3 on
3 to
3 with
3 joint
3 stock
3 scientific nauchno nauchny | научный
3 special spetsialny
3 federal federalnoye federalny
3 republic respublika
3 central tsentralny
3 northern north
3 southern south
3 eastern east
3 western west
3 district
3 region regional
3 middle
3 gulf
3 security bezopasnost | amniyat безопасность
3 defence defense difa | дефенс
3 military
3 media
3 news
3 tv television
3 real
3 estate
3 property properties
3 travel tourism tours
3 textile textiles
3 medical med
3 pharma pharmaceutical pharmaceuticals
3 food foods
3 auto motors motor automotive
3 machinery machine machines
3 equipment equip
3 supply supplies
3 marketing
3 commercial comm
3 agricultural agro agriculture
3 shipping
3 club
3 school
3 team
3 network
3 command
3 province provincial wilaya wilayat wilayah velayat | вилаят ولاية
3 emirate imarat imarah
3 caucasus kavkaz
3 jihad
3 ihya
3 turath
3 capital
3 overseas
3 credit
3 station radio
3 newspaper magazine journal zhurnal
3 information
3 product products
3 design
3 aviation aviatsiya
3 civil
3 social
3 cultural culture
3 economic
3 support
3 aid
3 cooperation cooperative
3 union soyuz
3 federation federatsiya
3 corps
3 guard guards
3 police
3 units unit
3 law
3 enforcement
3 drug
3 trafficking
3 cartel
3 cyber
3 digital
3 computer computers
3 software
3 telecom telecommunications telecommunication
3 house dom
3 home
3 land
3 sea
3 star
3 gold golden
3 plast plastic
3 metal metals
3 iron
3 cement
3 wood
3 paper
3 water
3 fuel
3 marine
3 tanker tankers
3 vessel vessels
3 port ports
3 cargo
3 freight
3 express
3 y
3 y servicios
3 servicios
3 inversiones
3 comercializadora
3 distribuidora
3 agropecuaria
3 grupo
3 inmobiliaria
3 constructora
3 transportes
3 sociedad
2 iran iranian iranischen
2 iraq iraqi irak
2 syria syrian
2 russia russian rossiya rossii rossiiskaya rossiyskaya
2 china chinese zhongguo
2 korea korean
2 pakistan pakistani
2 afghanistan afghan
2 india indian
2 turkey turkish turkiye
2 lebanon lebanese liban
2 libya libyan
2 egypt egyptian
2 yemen yemeni
2 sudan sudanese
2 somalia somali
2 palestine palestinian palestinians
2 cuba cuban
2 mexico mexican mexicana
2 colombia colombian
2 venezuela venezuelan
2 belarus belarusian
2 ukraine ukrainian
2 kazakhstan
2 uzbekistan uzbek
2 tajikistan tajik
2 cyprus
2 dubai
2 emirates uae
2 singapore
2 malaysia
2 hongkong
2 moscow moskva moskovsky
2 tehran
2 shanghai
2 beijing
2 usa us america american
2 uk british britain
2 german germany deutsche
2 europe european euro
2 asia asian
2 africa african
2 arab arabian arabic
2 muslim moslem
2 panama
2 london
`;

/** Legal forms: alone they tell nothing, and against each other next to nothing. The first of a line stands for all. */
export const LEGAL_FORMS = `
llc l.l.c ooo ооо ooо tov тов llp lp ltd limited ltda pvt private pte pty gmbh ug sarl srl sàrl spa sas sa s.a ag ab as oy oyj nv bv kg ohg kft zrt doo dooel eood ood ad uab sia fze fzco fzc fz dmcc wll w.l.l est plc inc incorporated corp corporation co company cie jsc ojsc cjsc pjsc pao oao zao ao ooo пао оао зао ао нао ип npo нпо gup fgup фгуп tnk sdn bhd kk ks sro spol zoo sp psc saoc saog kscc pjs cv lda limitada aktiengesellschaft aktsionernoe obshchestvo ob rl sti şti ltdsti limitedsirketi anonim sirketi sirket
`;

/** Words before a vessel's name. */
export const VESSEL_PREFIXES = "mv m/v mt m/t ms m/s ss s/s fv f/v rv mts mtv motor vessel tanker ship".split(" ");

/** Long legal forms, folded before words are split. */
export const LEGAL_PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bobshche?stvo s ogranichenno[iy] otvetst?vennost'?[iy]?u\b/g, " llc "],
  [/\b(otkrytoe|otkrytoye|zakrytoe|zakrytoye|publichnoe|publichnoye)? ?aktsionernoe? ?(ye )?obshche?stvo\b/g, " jsc "],
  [/\b(open|closed|public|private)? ?joint[ -]stock company\b/g, " jsc "],
  [/\blimited liability (company|partnership)\b/g, " llc "],
  [/\b(private|public) limited( company)?\b/g, " ltd "],
  [/\bsociete anonyme\b|\bsociedad anonima\b/g, " sa "],
  [/\bgesellschaft mit beschrankter haftung\b/g, " gmbh "],
  [
    /\b(l\.? ?l\.? ?c|s\.? ?a\.? ?r\.? ?l|s\.? ?r\.? ?l|s\.? ?a|s\.? ?p\.? ?a|g\.? ?m\.? ?b\.? ?h|p\.? ?l\.? ?c|l\.? ?t\.? ?d|p\.? ?j\.? ?s\.? ?c|j\.? ?s\.? ?c|b\.? ?v|n\.? ?v|w\.? ?l\.? ?l)\.(?=\s|$|,)/g,
    "",
  ],
];
