/**
 * Spelling families of names, written from knowledge of the languages. One line a family:
 * `commonness spelling spelling … | relative relative …`. The spellings are one name in different romanisations or scripts;
 * relatives (short forms, cognates of another language) are near, but less. Two names of different families are known to be
 * different names, however alike they are spelled: Hassan is not Husayn. Commonness 0 (rare) to 4 (says next to nothing).
 */
export const MUSLIM_NAMES = `
4 muhammad mohammed mohamed mohammad mohamad muhammed muhamed mohammod muhamad mohamet mohamud mouhamed mouhammad mouhamad mouhamadou muhammet mohd mohd. mhd muhd mahomed mahommed mohammadi muxammad maxamed maxamuud muhammadu محمد мухаммад мухаммед мохаммед мохаммад махмад | mehmet mehmed magomed magomet mamadou muhammadi mukhamed mukhammad mahamat mahamadou mamed mammad memmed mukhamad md mukhammed mahamed
4 ahmad ahmed ahmet ahmat ahmadu ahmadou akhmad akhmed akhmet ahmod axmed axmad احمد أحمد ахмад ахмед ахмет | hamad amadou
4 ali aly aliy علی علي али
3 hussain hussein husain husein husayn hossein hossain hosain hosein hussayn houssein houcine hocine hossien husien xuseen huseyin huseyn hussien حسین حسين حُسین хусейн хусайн гусейн хуссейн хуссаин | usain gusein guseyn khusein khusain
3 hassan hasan hassane hasann hasson xasan حسن хасан хассан гасан | gasan khasan
3 abdullah abdulla abdallah abdollah abdellah abdoullah abdoulaye abdalla abdilahi abdillahi abdulloh abdullahi abdulahi abdulai abdullaah cabdillahi cabdullahi عبدالله عبداللہ абдулла абдуллах абдулло абдалла | abdu
3 ibrahim ebrahim ibraheem ibrahem ibraahim ebraheem brahim ibrohim ibragim ebrahem ابراهیم إبراهيم ابراهيم ابراہیم ибрагим иброхим ибрахим | abraham avraham avram abram
3 khalid khaled halid khalad halit xaalid xolid خالد халид халед
3 umar omar omer umer oumar ömer cumar omor عمر умар омар омер умер
3 usman osman othman uthman ousmane osmane cusmaan usmon uthmaan عثمان усман осман
2 yusuf yousef yousuf yusef yousif yousof yusup yusif yusof usuf youssef youcef yuusuf yosef yosif ioussouf yussuf yussef یوسف يوسف юсуф юсеф юсиф | joseph josef jozef iosif giuseppe jose yosef joe
2 ismail esmail ismael ismaeel esmaeel ismaiil ismayil ismoil ismaël esmaeil ismayl smail اسماعیل إسماعيل اسماعيل исмаил исмоил | ishmael
2 mustafa mostafa mustapha moustafa moustapha mustofa mostapha mustaf مصطفی مصطفى مصطفي мустафа
2 mahmud mahmood mahmoud mehmood mehmud maxmud makhmud mahmut mahamoud محمود махмуд
2 hamid hameed hamide hamit حمید حميد хамид | gamid khamid
2 hamza hamzah hamsa hamze xamsa xamse حمزہ حمزة حمزه хамза | gamza khamza
2 hamad hammad حماد حمد
1 hamdan حمدان
1 hamdi hamdy حمدی حمدي
2 karim kareem kerim kariim krim کریم كريم карим керим
2 rahim raheem rehim rakhim رحیم رحيم рахим
3 rahman rehman rahmaan rehmaan raxmon rahmon rakhmon rakhman arrahman رحمن رحمان рахман рахмон
1 rahmat rehmat رحمت
2 rashid rasheed rachid rashed rasheid reshid raashid rosheed رشید راشد رشيد рашид рашед
2 rafiq rafique rafeeq rafik rafic رفیق رفيق рафик
1 rafi rafee rafih رفیع
2 saeed said saed saeid seid saiid siad sa'id siciid saïd سعید سعيد саид саеед саид | seyit
1 saad sa'd sad سعد саад
2 salim saleem selim salem سلیم سالم سليم салим селим салем
2 salih saleh saalih salihu salikh صالح салих салех | salihi
2 salah صلاح салах
2 salman selman salmaan سلمان салман
2 sulaiman suleiman sulayman soleiman sulaymon suleyman souleymane solaiman sulieman sulaimon suliman soliman suleman saleban saleebaan سلیمان سليمان сулейман сулаймон | solomon shlomo
2 jamal gamal jamaal djamel djamal cemal cemaal jamel جمال джамал джамаль гамаль жамал
1 jamil jameel gamil cemil djamil جمیل جميل джамиль джамил
2 kamal kemal kamaal کمال كمال камал камаль кемаль
1 kamil kamel kameel کامل كامل камиль камил
1 kamran کامران камран
2 nasir naser nasser nassir nacer naseer naasir ناصر نصیر نصير насер насир
1 nasr نصر
1 nasim naseem nessim نسیم
2 qasim kassem qassem qasem kasim kasem qaasim gasim ghasem kacem قاسم касем касим касым
2 rasul rasool rasoul rassoul رسول расул
2 wahid waheed vahid vohid wahed وحید واحد وحيد вахид
2 walid waleed oualid velid وليد ولید валид
2 zahir zaheer zaher ظاہر ظهير زاهر захир
1 zahid zahed زاہد زاهد захид
1 zafar zafer ظفر зафар
2 zakaria zakariya zakariyya zechariah zakarya zakeria زکریا زكريا закария | zachary zachariah
2 khan khaan خان хан
2 shah shaah chah shax شاه شاہ шах
2 hakim hakeem حکیم حكيم хаким | gakim
2 habib habeeb حبیب حبيب хабиб | gabib khabib
2 hafiz hafeez hafez hafidh حافظ حفیظ хафиз
2 halim haleem حلیم حليم халим
2 haris harith haaris hareth harees حارث харис
1 hashim hashem hachem haashim xaashi ہاشم هاشم хашим | gashim
1 hisham hicham hesham هشام хишам
2 haidar haider hayder heydar haydar hyder hydar حیدر حيدر хайдар хайдер гейдар | heidar geydar aydar
1 hadi haadi هادی هادي хади
2 mahdi mehdi mahdy mahadi مهدی مهدي مہدی махди мехди
1 majid majeed madjid macit majed مجید ماجد مجيد маджид меджид
2 malik maalik melik maleek malek مالک مالك малик
2 mansur mansoor mansour mansoer منصور мансур
1 marwan merwan مروان марван
1 masud masood masoud massoud messaoud mas'ud masaud مسعود масуд масъуд
1 mahsud mehsud mehsood mahsood محسود
1 muhsin mohsen mohsin mouhcine muxsin محسن мухсин мохсен
1 munir mounir muneer monir منیر منير мунир
1 murad mourad morad murat مراد мурад мурат
1 musa mousa moussa moosa muuse musah موسی موسى موسي муса | moses moshe
2 isa issa eisa essa ciise عیسی عيسى иса исса
1 muslim مسلم муслим
2 mujahid mujahed mojahed moujahid مجاهد مجاہد муджахид
2 nabil nabeel نبیل نبيل набиль набил
1 nadir nader nadeer نادر надир
1 nadim nadeem نديم ندیم надим
1 naim naeem nayeem naeim نعیم نعيم наим
1 najib najeeb nagib نجیب نجيب наджиб
1 najim najm najem negm نجم
1 nawaz navaz nawaaz نواز наваз
1 noor nur nour nuur نور нур
1 nuri nouri noori نوری نوري нури
2 omari umari عمری
1 qadir qader kadir kader qaadir gadir ghader قادر кадир кадер
1 rauf raouf raoof rauuf رؤوف رؤف рауф
1 riaz riyaz riyad riyadh ryad ریاض رياض рияз рияд
1 rida reza raza ridha rizah riza رضا реза риза
1 ridwan rizwan redouane ridvan rezwan رضوان ризван
2 sadiq sadik sadeq sadegh sadek صادق садик садык
2 siddiq siddique sediq saddiq seddik صدیق صديق сиддик
1 siddiqi siddiqui siddiquee صدیقی
1 safi صافی сафи
1 salam salaam سلام салам
1 samir sameer سمیر سمير самир
1 sami samy سامی سامي сами
1 samad صمد самад
1 sardar serdar سردار сардар сердар
1 sattar ستار саттар
1 sayf saif seif saef seyf سیف سيف сайф саиф
2 shahid shaheed chahid شاہد شاهد شهید шахид
1 shahin shaheen chahine شاہین شاهين шахин
1 shafi shafee شفیع
1 shafiq shafik chafik شفیق شفيق шафик
1 shakil shakeel شکیل шакил
1 shakir shaker chaker شاکر شاكر шакир
1 sharif shareef cherif sharef sherif شریف شريف шариф
1 sharifi sharify شریفی
1 shams شمس шамс
1 shamil shameel شامل шамиль
1 shuaib shoaib chouaib shu'ayb شعیب شعيب шуайб
1 tahir taher taheer tahar طاہر طاهر тахир
1 taha طه таха
1 talha talhah talhat طلحہ طلحة
1 tariq tarek tarik tareq taariq tarique tareeq طارق тарик
1 tawfiq taufiq tawfik toufik taoufik tofik tevfik توفیق توفيق тауфик тофик
2 usama osama oussama ussama usamah osamah oussamah أسامة اسامة اسامه اسامہ усама осама
1 wali vali veli waly ولی ولي вали
1 waqar vaqar وقار
1 wasim waseem vasim wassim وسیم وسيم васим
1 yahya yahia yehia yahiya yehya yaxya یحیی يحيى яхья яхя
1 yaqub yaqoob yakub yaqoub yakoub yagub yacoub yaaqub yakoob یعقوب يعقوب якуб | jacob yakov yaakov james
1 yasin yaseen yassin yassine yasiin یاسین ياسين ясин яссин
1 yasir yasser yaser ياسر یاسر ясир ясер
1 yazid yazeed يزيد یزید язид
1 younis yunus younus yunis yunes younes iounes younous یونس يونس юнус | jonah
1 zaid zayd zeid zied زید زيد заид зейд
1 ziad ziyad zyad زياد زیاد зияд
1 zayn zain zein zine زین زين зайн
1 zubair zubayr zoubir zubeyr zobair zuber زبیر زبير зубайр зубаир
1 zulfiqar zulfikar zolfaghar zulfaqar zulfeqar ذوالفقار зульфикар
1 aziz azeez aziiz عزیز عزيز азиз
1 azizi azizy عزیزی
1 azim azeem adhim azem عظیم عظيم азим
1 azam a'zam aazam اعظم аъзам азам
1 amin ameen emin amine amiin امین أمين амин | emen
1 amir ameer emir aamir amer امیر أمير عامر амир эмир
1 anas anass uns أنس انس
1 anwar anvar anouar enver anwaar انور أنور анвар
1 arif aref aarif areef عارف ариф
1 asad assad asaad esad اسد أسد асад
1 ashraf achraf eshref ashraff اشرف أشرف ашраф
1 asif assif aasif asef آصف асиф
1 asim assem aasim asem عاصم асим
1 ata atta عطا عطاء ата
1 ataullah attaullah ataulla عطاءاللہ عطاءالله
1 atiq ateeq atik atique عتیق
1 ayman aiman aymen أيمن ایمن айман
1 ayub ayoub ayyub ayoob ayyoub ayyoob eyup eyub ایوب أيوب айюб аюб
1 azhar azher اظهر أزهر
1 badr bader badar bedr بدر бадр
1 baqir bakir bagher baqer باقر багир бакир
1 bashar بشار башар
1 bashir basheer bachir bechir beshir bashiir بشیر بشير башир
1 basit basset باسط
1 basim bassem باسم
1 bilal belal bilaal بلال билал биляль
1 burhan borhan برهان برہان бурхан
1 dawud dawood daud daoud daood daoud dawoud davud davut داود داؤد дауд давуд | david
1 dost doost دوست
1 ehsan ihsan احسان إحسان ихсан эхсан
1 fadl fazal fazl فضل фазл
1 fadil fadhil fazil fadel fazel فاضل фадиль фазил
1 fahd fahad فهد فہد фахд
1 faisal faysal faizal feisal fayssal faissal فیصل فيصل фейсал файсал
1 faiz faez fayez فیض فایز فائز фаиз
1 farid fareed ferid فرید فريد фарид
1 faruq farooq farouk faruk farook farouq faruque فاروق фарук
1 farhad ferhat farhaad فرهاد فرہاد фархад
1 farhan ferhan فرحان
1 fathi fethi fathy فتحی فتحي
1 fawzi fauzi faouzi fevzi فوزی فوزي
1 fida fidaa فدا
1 fuad fouad foad fo'ad فؤاد فواد фуад
1 ghazi gazi غازی غازي гази
1 ghulam gholam gulam golam غلام гулам
1 gul gol گل гуль гул
1 haq haqq hak haque حق хак
1 haqqani hakkani haqani haqqany حقانی хаккани
1 idris idrees edris driss idriss ادریس إدريس идрис
1 iqbal ikbal eqbal اقبال إقبال икбал
1 imran emran imraan عمران имран
1 irfan erfan عرفان ирфан
1 ishaq ishak eshaq ishaaq اسحاق إسحاق исхак | isaac yitzhak itzhak
1 ilyas eliyas ilias الیاس إلياس ильяс | elias ilia elijah
1 imad emad imaad عماد имад
1 inam enam انعام
1 inayat enayat عنایت
1 iskandar iskander eskandar сикандар سکندر اسکندر искандар искандер | alexander sikandar
1 ismat asmat عصمت
1 ja'far jafar jaafar djafar jaffar jafer cafer جعفر джафар
1 jabir jaber جابر джабир
1 jabbar cabbar جبار джаббар
1 jalal celal galal djalal djelal jallal جلال джалал
1 jan جان джан
1 javed javid jawed javaid jawid جاوید джавид джавед
1 jawad javad جواد джавад
1 jihad djihad cihad جهاد джихад
1 junaid junayd jonayd جنید джунайд
1 luqman lokman loqman لقمان лукман
1 lutfi lotfi lutfy لطفی لطفي
1 maqsood maksud maqsud مقصود максуд
1 mubarak mobarak moubarak مبارک مبارك мубарак
1 mukhtar mokhtar muxtar moktar مختار мухтар
1 mumtaz momtaz ممتاز
1 murtaza mortaza murtadha mortada murtada مرتضی مرتضى муртаза
1 muzaffar mozaffar muzafar مظفر музаффар
1 naqib nakib naqeeb نقیب
1 omid umid umed امید умед
1 parviz parvez pervez parwez pervaiz parvaiz پرویز парвиз
1 qayyum qayum qayoum kayum qayoom قیوم каюм
1 quddus qudus kuddus قدوس
1 rabi rabee ربیع ربيع
1 rami ramy رامی رامي рами
1 ramzan ramadan ramazan ramadhan romadan رمضان рамазан рамзан рамадан
1 ramzi ramzy رمزی رمزي рамзи
1 rajab rejeb recep ragab رجب раджаб
1 shaban chaaban sha'ban shaaban شعبان шабан
1 rustam rostam rustem رستم рустам
1 sabir saber صابر сабир
1 sabri sabry صبری صبري
1 sajid sajed ساجد саджид
1 sajjad sadjad سجاد саджад
1 sarwar sarvar سرور сарвар
1 sohail suhail suhayl سهیل سہیل сухайль
1 sultan sultaan soltan سلطان султан
1 tayyib tayeb tayyab taieb طیب طيب
1 tamim tameem تميم تمیم тамим
1 turki türki ترکی تركي
1 ubaid obaid ubayd عبید عبيد убайд
1 wazir vazir vezir وزیر вазир
1 zarif zareef ظریف
1 zaki zaky زکی زكي
1 zia ziya diya ضیاء ضياء
1 abbas abass abbass abaas عباس аббас
1 adnan adnane عدنان аднан
1 adel adil aadil عادل адиль адил
1 aftab آفتاب
1 akbar ekber akber اکبر أكبر акбар
1 akhtar akhter axtar اختر ахтар
1 akram ekrem اکرم أكرم акрам
1 alam aalam عالم
1 allah ullah ulla الله اللہ
1 aman amaan امان
1 ammar amar ammaar عمار аммар
1 amr amro amru عمرو
1 arsalan arslan ارسلان арслан | aslan
1 aslam اسلم аслам
1 aqil aqeel agil akil عقیل
1 atif atef عاطف
1 awad awadh avad عوض
1 ayesha aisha aysha aicha aishah ayisha caasha عائشہ عائشة айша
1 fatima fatimah fatema fatma fatemeh faadumo fadumo fatoumata فاطمہ فاطمة فاطمه фатима
1 khadija khadijah khadeeja khadidja hatice خدیجہ خديجة хадиджа
1 maryam mariam meryem maryan مریم مريم марьям мариам | mary maria miriam
1 zainab zaynab zeinab zeynab zeynep زینب زينب зайнаб зейнаб
1 sumaya sumayya somaya sumaiya سمیہ سمية
1 khadim خادم
1 khalil khaleel halil خلیل خليل халиль халил
1 khalifa khalifah khalifeh خليفة خلیفہ халифа
1 khatib khateeb خطیب خطيب хатиб
1 latif lateef letif لطیف لطيف латиф
1 laden ladin laadin لادن ладен ладин
1 zawahiri zawahri dhawahiri ظواهري ظواهری завахири
1 baghdadi bagdadi bagdady baghdady بغدادي بغدادی багдади
1 qaddafi gaddafi qadhafi gadhafi kadafi kadhafi khadafy qathafi gathafi قذافي قذافی каддафи
1 zarqawi zarkawi زرقاوي
1 azzam عزام аззам
1 afridi afreedi آفریدی
1 durrani dorrani درانی
1 yusufzai yousafzai yousufzai یوسفزئی
1 bugti bukti بگٹی
1 baloch baluch balouch beluch بلوچ белудж
1 marri مری
1 mengal مینگل
1 khattak خٹک
1 chaudhry chaudhary choudhury chowdhury chaudhri choudhry chaudry choudhary چوہدری
1 bhatti بھٹی
1 butt بٹ
1 mirza میرزا мирза
1 qureshi quraishi qurayshi koreshi kureshi quraishy قریشی قريشي курейши
1 ansari anssari انصاری أنصاري ансари
1 hashimi hashemi hachemi hashmi ہاشمی هاشمي هاشمی хашими хашеми
1 hussaini husseini husayni hosseini houssaini حسینی حسيني хусейни хоссейни
1 ahmadi ahmedi احمدی أحمدي ахмади
1 hasani hassani حسنی حسني хасани
1 karimi kareemi کریمی карими
1 rahimi raheemi رحیمی рахими
1 salimi salemi سلیمی
1 sadr صدر садр
1 sayyaf sayaf abusayyaf سياف
1 shirazi شیرازی ширази
1 tabatabai طباطبایی
1 tehrani tehrany طهرانی تهرانی
1 zadeh zada zade zadah zoda زاده زادہ заде
1 jibril jebril gibril djibril جبريل | gabriel
1 mika'il mikail میکائیل | michael
1 harun haroon haroun هارون ہارون харун | aaron
1 nuh nooh nouh نوح | noah
1 maulana mawlana maulaana مولانا
1 abbasi abbassi abasi عباسی عباسي аббаси
1 jaish jaysh geish جیش جيش
1 lashkar لشکر لشكر лашкар
1 tehrik tehreek tahrik tahreek tehrike tehreeke تحریک تحريك техрик
1 taliban taleban talibaan طالبان талибан
1 islam eslam اسلام إسلام ислам
1 islami islamiya islamia islamiyya islamiyah islamiyyah islamiyya eslami islamiyat اسلامی إسلامية إسلامي اسلامية исламия
1 harakat haraket harakah haraka harkat harkatul حرکت حركة حركت харакат
1 jama'at jamaat jamaah jama'a jamaa jemaah jamat gamaa gama'a jemaat جماعت جماعة жамаат джамаат
1 jamiat jamiyat jamiyah jamiyat جمعیت جمعية
1 sipah sepah سپاه سپاہ
1 ansar anssar انصار أنصار ансар
1 hizb hezb حزب хизб
1 hizballah hezbollah hizbullah hizbollah hezballah حزبالله хезболла хизбалла
1 mujahideen mujahidin mujahedin mujahedeen mojahedin moudjahidine مجاهدین مجاهدين مجاہدین моджахеды
1 qaida qaeda qaidah qa'ida kaida kaeda alqaida alqaeda alkaida قاعدة قاعده القاعدة каида
1 sunnah sunna sunnat sunnati سنة سنت
1 shabaab shabab chabab shebab شباب шабаб
1 ittihad ittehad itihad اتحاد إتحاد
1 dawla dawlah daula dowla دولة دولت
1 khorasan khurasan khurassan khorasaan خراسان хорасан
1 tayyiba taiba toiba tayyaba tayba tayyibah taibah طیبہ طيبة
1 mohammadia muhammadiya محمدية
1 nusrah nusra نصرة
1 aqsa aksa الأقصى أقصى
1 furqan forqan فرقان
1 jund جند джунд
1 jihadi jehadi
1 shura choura شوری شورى
1 tawhid tauhid tawheed توحید توحيد таухид
1 awami عوامی
1 din deen dine دین
1 abubakr abubakar aboubakar abubaker abubakir aboubacar abubakari aboubakr bubakar ابوبکر
1 rashad rachad رشاد
1 jamila jameela djamila جميلة
1 karima kareema كريمة
1 amina ameena aminah emine أمينة آمنہ
1 samira sameera سميرة
1 laila leila layla leyla ليلى لیلی лейла
1 nadia nadya نادية
1 hafsa hafsah حفصة
1 ruqayya roqaya ruqayyah
1 halima haleema حليمة
1 rabia rabeea
1 asma asmaa esma أسماء
1 huda hoda houda هدى
1 iman eman imane إيمان
1 sana sanaa
1 salma selma سلمى
1 safia safiya safiyya
1 noora noura nura نورا
1 shakila shakeela
1 naseema nasima
1 akif akef
1 akmal اکمل
1 ajmal اجمل
1 amjad amjed امجد أمجد
1 arshad ershad ارشد
1 asghar اصغر
1 athar
1 babar baber babur بابر
1 bakht
1 baitullah
1 danish
1 dilawar delawar دلاور
1 faqir فقیر
1 feroz firoz firuz phiroz فیروز
1 ghaffar ghafar غفار
1 ghafoor ghafur غفور
1 ghani غنی
1 gulab
1 gulzar گلزار
1 hameedullah
1 haseeb hasib حسیب
1 hayat حیات
1 humayun homayoun ہمایوں
1 ijaz ejaz ajaz اعجاز
1 ikram ekram اکرام
1 iftikhar eftekhar افتخار
1 intizar
1 ishtiaq eshtiaq اشتیاق
1 israr اسرار
1 jahangir jehangir جہانگیر
1 kaleem kalim کلیم
1 kashif kashef کاشف
1 khurram khorram خرم
1 khurshid khorshid خورشید
1 liaqat liaquat لیاقت
1 mahboob mahbub محبوب
1 manzoor manzur منظور
1 maqbool maqbul مقبول
1 mazhar مظہر
1 mohib moheb muhib محب
1 mubashir mobashir مبشر
1 mudassir modasser مدثر
1 muneeb munib
1 muzammil mozamel مزمل
1 naveed navid nawid نوید
1 niaz niyaz نیاز
1 nazir nazeer نذیر
1 nisar نثار
1 nizam nezam نظام
1 pir peer پیر
1 qaiser qaisar قیصر
1 qamar kamar قمر
1 rahat راحت
1 rehana rehan rayhan ریحان
1 sabz
1 sadaqat صداقت
1 saadat سعادت
1 saqib saqeb ثاقب
1 sarfraz sarfaraz سرفراز
1 shabbir shabir shabeer شبیر
1 shafqat شفقت
1 shahbaz شہباز
1 shahzad shehzad شہزاد
1 shaukat shawkat shoukat شوکت
1 sher شیر
1 sibghatullah
1 sikandar sekandar
1 tanveer tanvir تنویر
1 tasleem taslim
1 tufail tofail طفیل
1 wajid wajed واجد
1 waqas وقاص
1 zaman زمان
1 zeeshan zishan ذیشان
1 zubaida
1 zahoor zahur ظہور
1 akhund akhond akhoond آخوند
1 akhundzada akhondzada akhunzada akhundzadeh آخندزاده آخوندزاده
1 haibatullah
1 hekmat hikmat حکمت حكمت
1 hekmatyar hikmatyar hekmatiar حکمتیار
1 sadiqi sadeqi sadeghi صادقی
1 soleimani sulaimani suleymani soleymani سلیمانی
1 khamenei khamenai khamanei خامنه ای
1 rouhani rohani ruhani روحانی
1 nejad nezhad nejhad نژاد
1 mousavi musavi moosavi mosavi موسوی
1 rezaei rezai rezaie رضایی
1 ebrahimi ibrahimi ابراهیمی
1 heidari haidari haydari حیدری
1 jafari jaafari jaffari جعفری
1 kazemi kazimi کاظمی
1 mahmoudi mahmudi محمودی
1 moradi muradi مرادی
1 najafi نجفی
1 nazari نظری
1 qasemi ghasemi qasimi قاسمی
1 hamas hammas حماس
1 jabhat jabha jabhah jebhat جبهة جبهه
1 katibat katiba kataib katibah كتيبة كتائب
1 uthmani
1 tantawi tantaoui طنطاوي
1 masri misri مصري
1 shami chami شامي
1 tunisi tounsi تونسي
1 libi liby ليبي
1 iraqi عراقي
1 saudi
1 turkmani
1 afghani افغانی أفغاني
1 kashmiri کشمیری
1 kurdi كردي
1 maghribi maghrebi مغربي
1 yamani yemeni يماني
1 sudani سوداني
1 somali
1 qurashi
1 jabarin
1 abidin abedin abidine عابدین عابدين
1 hajjaj hicac حجاج
`;
