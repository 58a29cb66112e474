/** Spelling families of Slavic, Western and East Asian names; the form of a line is that of `given-names.ts`. */
export const EUROPEAN_NAMES = `
2 alexander aliaksandar alyaksandr aleksandar aleksandr aleksander alexandre alexandr oleksandr aleksandar alexandros alejandro alessandro aliaksandr alisander александр олександр | alex sasha sascha sandy alec alek sanya shura xander lex iskander sandro
1 alexandra aleksandra alexandria oleksandra alessandra alejandra александра | sasha sandra alex lexi
2 alexei aliaksey aleksei alexey aleksey alexej oleksiy oleksii alexy aliaksei алексей олексий | alyosha lyosha alex
2 andrei andrey andrej andriy andrii andre andreas andres andrea andrew ondrej andrzej anders андрей андрій | andy drew andryusha
2 anton anthony antony antonio antonius antoine антон | tony toni antoni
1 anatoly anatol anatoli anatoliy anatolii anatolij анатолий анатолій | tolya
1 arkady arkadi arkadiy arkadii аркадий
2 boris borys борис | borya
2 denis dzianis dennis denys денис
2 dmitry dzmitriy dmitri dmitriy dmitrii dmitrij dimitri dimitry dmytro dimitrios dmitrijs dzmitry dimitar дмитрий дмитро | dima mitya dmitro
1 eduard edward eduardo edouard edvard эдуард | ed eddie ted ned teddy
2 yevgeny yauheni yauhen yewgeni evgeny yevgeni evgeni evgenii evgeniy yevgeniy yevgenii evgenij yevhen evhen evguenii evgueni jewgeni jevgeni yauhen евгений євген | eugene zhenya eugen
1 yevgenia evgenia evgeniya yevgeniya евгения | eugenia zhenya
1 yekaterina ekaterina kateryna katerina jekaterina екатерина катерина | catherine katya katia kate
1 elena aliona yelena olena jelena alena елена олена | helen helena lena ellen
1 fyodor fedor feodor fiodor fedir федор фёдор | theodore
2 george georgy georgi georgiy georgii jorge giorgio giorgi georg georges heorhiy heorhii георгий георгій | yuri zhora gogi jerzy jiri
2 grigory grigori grigoriy grigorii hryhoriy hryhorii gregory gregor grigorij gregorio григорий григорій | greg grisha
1 gennady genadz henadz hienadz gennadi gennadiy gennadii hennadiy hennadii геннадий геннадій | gena
2 igor ihar ihor игорь ігор
2 ivan iwan ivane иван іван | vanya john johann jovan
2 ilya ilia illia ilja illya илья ілля | elias
1 kirill kyrylo cyril kiril кирилл
1 konstantin kanstantsin constantine konstantyn constantin konstantinos kostiantyn kostyantyn константин костянтин | kostya costas
1 leonid leonyd леонид леонід | lenya leo
2 maxim maksim maksym maxime maksym максим | max maks
2 michael mikhail michail mikhael mihail mykhailo mykhaylo mihai mihail michel miguel michal mikael michele mikhal mihajlo miхail михаил михайло | mike misha mick mickey mitch micheal
2 nikolai mikalai mikalay nikolay nicolai nikolaj mykola nikola nicolae nikolaos николай микола | nicholas nick kolya nicolas
2 nicholas nicolas nikolas niklas nicola | nick nicky nico nikolai
2 oleg aleh oleh олег
2 olga olha ольга | helga
2 pavel paval paul pavlo pawel paulo pablo paolo pavle pavol павел павло | pasha
2 peter piatro petr pyotr piotr petro pedro pietro pierre petar pieter петр пётр петро | pete petya
1 roman raman роман
2 ruslan руслан
2 sergei siarhey sergey serhiy serhii sergiy sergii sergio serge siarhei sergej sergi сергей сергій | seryozha
1 stanislav stanislaw станислав | stas
1 stepan stephan stefan stephen steven stefano esteban stephane etienne steffen степан | steve stevie
1 svetlana svitlana светлана світлана | sveta lana
1 tatiana tatsiana tatsyana tatyana tetiana tatjana tetyana татьяна тетяна | tanya tania
1 timofei timofey timothy timofej тимофей | tim timmy
1 vadim vadym вадим
1 valentin valentyn valentine валентин
1 valery valeri valeriy valerii valerij валерий валерій | valera
1 vasily vasiliy vassiliy vasili vasiliy vasilii vasyl vassily vassili vasil vasilios василий василь | basil vasya
1 viktor viktar victor wiktor vittorio виктор віктор | vitya vic
1 vitaly vitali vitaliy vitalii vitalij виталий віталій | vitalik
2 vladimir uladzimer volodymyr wladimir uladzimir vladymir vladimer владимир володимир | vova volodya vlad
1 vladislav vladyslav wladyslaw владислав | vlad
1 vyacheslav viacheslav vjaceslav wjatscheslaw vyacheslaw вячеслав в'ячеслав | slava
1 yaroslav jaroslav yaroslaw jaroslaw ярослав | slava
2 yuri yury yuriy iurii yurii juri jurij iouri iuri yuriy юрий юрій | george yura
1 zhanna janna zanna жанна | joanna
1 natalia natallia nataliya nataliya natalya nathalie natalie nataliia наталья наталия наталія | natasha
1 anna anne ana hanna ann анна ганна | annie anya hannah nancy
1 maria mariya marija mariia мария марія | mary marie masha maryam
1 irina iryna irene ирина ірина | ira
1 oksana oxana ксения оксана
1 ksenia kseniya xenia ксения
1 lyudmila ludmila liudmila lyudmyla людмила | lyuda mila
1 galina halyna galyna галина
1 nadezhda nadiya nadia надежда | nadya hope
1 artem artyom artyem артем артём
1 gleb hlib глеб
1 vsevolod всеволод
1 arseny arseniy arsenii арсений
1 bogdan bohdan богдан
1 taras тарас
1 lev leo leon leonard | lenny
2 john jon jhon johan johann johannes jean juan joao giovanni ioannis yohanes | jack johnny ivan ian sean jan hans jonny
1 jonathan jonathon johnathan jonathen | jon jonny nathan
2 william wiliam willem wilhelm guillermo guillaume | bill will billy willy liam willie wim
2 robert roberto rupert | bob rob bobby robbie bert
2 richard ricardo riccardo | dick rick rich ricky richie
2 james jaime | jim jimmy jamie jacob jacques diego santiago
1 jacob jakob jacobo giacomo | jake james jacques yakub
2 thomas tomas tomasz tommaso tomás foma | tom tommy
2 charles carlos karl carl carlo karel | charlie chuck charley chas
2 christopher kristopher cristobal christoph christophe khristofor | chris kit topher
1 christian kristian cristian | chris
1 christine christina kristina cristina kristine khristina | chris tina chrissie
2 daniel danil daniil danyil danilo danylo даниил данил | dan danny
1 danielle daniela daniella
2 david davide dawid davyd давид | dave davy dawud daud
1 benjamin binyamin benyamin veniamin | ben benny benji
2 joseph josef jozef giuseppe iosif josip joseff иосиф йосип | joe joey yusuf jose pepe
1 jose | pepe joseph
2 matthew mathew matthieu mateo matteo matthias mathias matias matvei matvey mateusz матвей | matt mat
1 mark marc marco marcus markus marek марк
1 martin martín marten
1 philip phillip felipe philippe filip filippo филипп | phil
1 patrick padraig patricio | pat paddy
1 patricia | pat patty trish
1 samuel samuil shmuel | sam sammy
1 samantha | sam
1 simon simeon semyon semen symon shimon семен
1 lawrence laurence lorenzo laurent lavrentiy | larry lars
1 frederick friedrich frederic federico fredrik fryderyk | fred freddie fritz
1 francis francisco francesco francois franciszek franz | frank paco chico
1 gerald geraldo gerard gerhard | jerry gerry
1 henry heinrich enrique henri enrico henrik | harry hank
1 harold harald | harry hal
1 louis luis luigi ludwig lewis ludovic | lou
1 ronald ronaldo | ron ronnie
1 donald | don donnie
1 kenneth | ken kenny
1 raymond raimundo ramon | ray
1 albert alberto albrecht | al bert
1 alan allan allen alain
1 alfred alfredo | al fred alf
1 arthur artur arturo артур | art
1 abraham avraham avram | abe ibrahim
1 adrian adriano hadrian
1 august augustus augusto agustin
1 brian bryan
1 catherine katharina katherine kathryn katharine katherina catharina catalina caterina kathrin cathryn | kate katie cathy kathy kat kitty ekaterina
1 elizabeth elisabeth elisabetta isabel yelizaveta elizaveta елизавета | liz beth betty eliza lisa bess libby liza isabella
1 margaret margarita marguerite margherita margarete маргарита | maggie meg peggy greta rita
1 mary marie | molly polly maria maryam
1 susan suzanne susana susanna | sue suzie
1 barbara varvara | barb babs
1 jennifer | jen jenny
1 jessica | jess jessie
1 rebecca rebekah | becky becca
1 deborah debra | deb debbie
1 dorothy dorothea | dot dolly
1 eleanor elinor leonora | ellie nora nell
1 emily emilia
1 florence | flo
1 jane jayne | janie janet
1 joan joanna joanne johanna juana
1 julia yulia iuliia julie giulia iulia yuliya юлия юлія | jules
1 judith | judy
1 pamela | pam
1 rachel raquel rahel
1 sarah sara
1 teresa theresa | terry tess
1 victoria viktoria viktoriya vittoria виктория | vicky tori
1 virginia | ginny
1 edmund edmond edmundo | ed ned
1 edwin | ed
1 eugene eugenio eugen | gene yevgeny
1 geoffrey jeffrey jeffery geoffry | jeff geoff
1 hugh hugo
1 ignatius ignacio ignazio
1 isaac isaak yitzhak itzhak | ike ishaq
1 jeremy jeremiah | jerry
1 jerome geronimo
1 joshua yehoshua | josh
1 julian julius julio | jules
1 leslie lesley | les
1 luke lucas luca lukas luc lukasz
1 nathaniel nathanael | nat nathan nate
1 neil neal niall
1 oliver olivier | ollie
1 oscar oskar
1 rafael raphael raffaele | rafa
1 randall randolph | randy
1 rodney | rod
1 roger rogelio ruggero
1 russell | russ
1 sebastian | seb bastian
1 sidney sydney | sid
1 stuart stewart | stu
1 theodore theodor teodoro | ted theo fyodor
1 vincent vincenzo vicente | vince vinnie
1 walter | walt wally
1 zachary zachariah | zach zack zakaria
1 eric erik erich
1 ernest ernesto ernst | ernie
1 gabriel gabriele гавриил | gabe jibril
1 graham graeme grahame
1 gustav gustavo gustave
1 jorgen jurgen juergen
1 ralph rolf rafe
1 sean shaun shawn
1 terence terrance | terry
1 guenther gunther gunter
1 moses moshe moise | musa
1 aaron aron aharon | harun
1 smith smyth smythe
1 johnson jonson
1 brown browne
1 clark clarke
1 thompson thomson tompson
1 reid reed read
1 philips phillips
1 taylor tailor
1 schmidt schmitt schmid
1 meyer meier maier mayer mayr
1 mueller muller müller
1 hoffman hoffmann hofmann
1 rodriguez rodrigues
1 gonzalez gonzales
1 kuznetsov kouznetsov
1 volkov wolkow
1 kim gim ким 金
2 lee yi rhee 李 | li
2 li 李
1 park bak pak 朴
1 choi choe 崔
1 jung jeong
2 wang 王 | wong vuong
1 zhang 张 張
1 chen 陈 陳
1 liu 刘 劉 | lau
1 zhao 赵 | chao
1 huang 黄 | wong hwang
1 zhou 周 | chou chow
1 wu 吴 吳 | ng
1 xu 徐 许 | hsu
1 xie | hsieh
1 zheng | cheng
1 celik chelik
1 ozturk oezturk
1 erdogan erdoğan
1 roberta
1 mario
1 paula paola
1 carla
1 michaela
1 nicole
1 stephanie stefania
1 henrietta
1 louise luisa
1 claude claudio klaus
1 claudia
1 moeller moller möller
1 valeria
1 alexia
1 simone simona
1 gabriela gabriella
1 jong jung jeong chong joung
1 un eun woon
1 il ill
1 putin
1 hans
1 emil emile
1 emma
1 fernando hernando ferdinand
1 rodrigo
1 diego
1 alonso alfonso
1 xavier javier
1 wei
1 wen
1 min
1 ming
1 jian
1 jing
1 ying
1 yan
1 lin
1 ling
1 ping
1 pang
1 fang
1 feng
1 hong
1 hui
1 hua
1 jun
1 lei
1 mei
1 na
1 ning
1 peng
1 qiang
1 qing
1 tao
1 xia
1 xin
1 yang
1 yong
1 yu
1 yun
1 zhen
1 zhong
`;
