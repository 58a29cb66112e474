/** Words that are an honorific, rank, title or office, by themselves no name. Weighed low, never dropped. */
export const TITLES = `
haji hajji hadji hajj hadj hajie alhaj alhaji alhajj xaaji gadzhi hacı haci
mullah mulla mollah molla mola moolah mawlawi maulvi molvi moulvi mawlvi mowlawi mawlavi molavi maulavi
maulana mawlana moulana mevlana qari kari gari mufti mofti imam emam
syed sayyid sayed sayyed seyed seyyed saiyid sayid syeda seyid sidi
sheikh shaikh sheik shaykh shekh cheikh sheikha shiekh scheich sheykh shaikh sheekh
dr doctor prof professor eng engineer ing mr mrs ms miss mister sir lord lady dame madam messrs
gen general brig brigadier col colonel lt lieutenant capt captain maj major sgt sergeant cpl commander cmdr admiral adm marshal field
ustad ustaz ustadh ostad hazrat pir 
ayatollah ayatullah hojatoleslam hojjatoleslam hujjat allama allamah
president minister ambassador senator judge justice governor chief king queen prince princess
 comrade brother bhai agha aqa aga effendi efendi bey 
rev reverend father fr bishop archbishop pastor rabbi saint st
hon honourable honorable esq phd msc ba cpa
ak hj tgk tengku tuan datuk dato ustaz
pan pani herr frau senor senora dona monsieur madame mme
سید شیخ شيخ حاجی حاجي حاج الحاج ملا مولوی مولانا قاری قاري مفتی مفتي دکتر دكتور الدكتور الشیخ الشيخ السید السيد ڈاکٹر جنرل امام آیتالله مهندس استاد آقای آقا جناب حضرت سيد علامہ علامة
господин доктор генерал полковник мулла хаджи шейх имам
`;

/** Words that join names. */
export const PARTICLES = `
al el ul ur ud us uz ush il l e wa va
bin ben ibn ibni bint binti binte bte ould wuld uld walad oglu ogly uly kyzy qizi kizi oghlu s/o d/o w/o wd
de da do dos das del della di du la le les los las van von der den ter ten te zu zum zur af av och y und
ال بن ابن بنت ولد و
бин бен ибн ибни оглы оглу угли кызы кизи
`;

/** Suffixes of generation. */
export const GENERATIONS: Readonly<Record<string, string>> = {
  jr: "junior",
  junior: "junior",
  sr: "senior",
  senior: "senior",
  ii: "2",
  iii: "3",
  iv: "4",
  "2nd": "2",
  "3rd": "3",
};
