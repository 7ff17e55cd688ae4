"""The words in which people are counted: numbers, shares, and quantifiers of customers, in eight languages.

Written without accents and in small letters, as analyzer.answers.quantities reads a sentence. A word of another
language that is also plain English (due, dix, mille) stands in EVERYDAY: it counts only before a word for people.
"""

ENGLISH = frozenset(
    """
    zero nought naught nil zilch one ones two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy eighty ninety ninty
    tens hundred hundreds thousand thousands million millions billion billions trillion trillions zillion zillions
    gazillion gazillions dozen dozens half halves thirds quarter quarters fifths sixths sevenths eighths ninths tenths
    hundredths thousandths percent percents pct percentage percentages twofold threefold umpteen
    most majority majorities minority minorities plurality nobody noone everybody everyone none neither
    unanimous unanimously unanimity predominant predominantly overwhelming overwhelmingly mostly countless
    outnumber outnumbers outnumbered
    """.split()
)
OTHERS = frozenset(
    """
    eins zwei drei vier funf fuenf sechs sieben acht neun zehn zwolf zwoelf zwanzig dreissig vierzig funfzig sechzig
    siebzig achtzig neunzig hundert hunderte tausend tausende dutzend dutzende halfte haelfte drittel viertel prozent
    mehrheit minderheit niemand keiner jeder meisten viele wenige mehrere etliche manche
    deux trois quatre cinq sept huit neuf douze treize quatorze quinze seize vingt vingts trente quarante cinquante
    soixante centaine centaines millier milliers dizaine dizaines douzaine moitie majorite minorite plupart beaucoup
    plusieurs aucun aucune tous toutes
    dos cuatro cinco seis siete ocho nueve diez doce trece veinte treinta cuarenta cincuenta sesenta setenta ochenta
    noventa cien ciento cientos miles docena docenas mitad tercio cuarto mayoria minoria nadie muchos muchas pocos pocas
    varios varias algunos algunas ningun ninguno ninguna todos todas
    quattro cinque dieci undici dodici venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento
    centinaia migliaia dozzina meta maggioranza minoranza nessuno molti molte pochi poche alcuni alcune parecchi tutti
    tutte
    twee drie vijf zes zeven negen twaalf twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd
    honderden duizend duizenden dozijn helft derde kwart meerderheid iedereen veel weinig meeste meesten sommige
    sommigen enkele
    dois tres sete oito dez doze vinte trinta quarenta cinquenta sessenta oitenta duzia metade maioria ninguem muitos
    muitas poucos poucas alguns algumas nenhum nenhuma
    jeden dwa dwoje trzy troje cztery piec szesc siedem osiem dziewiec dziesiec dwanascie dwadziescia trzydziesci
    piecdziesiat tysiac tysiace polowa wiekszosc mniejszosc nikt wszyscy wielu wiele kilku kilka niektorzy tuzin
    """.split()
)
EVERYDAY = frozenset(
    """
    alle cada cem cent cents chaque cuarto dix doce dos due ein eine elf elke een geen ieder jede jeden jeder jedes
    kazdy mais meta mil mille miles nove novo null ogni once onze personne poco pol quart quince sei sette otto set sto
    tien tiers tous tre drie una une uno venti vier
    """.split()
)
"""Plain English words or names, or words of text that quotes them: quantities only before a word for people."""
NUMBER_WORDS = ENGLISH | (OTHERS - EVERYDAY)
SPELLED = NUMBER_WORDS | frozenset("many several every each some few fewer all lots plenty numerous".split())
"""What counts when somebody has spaced its letters out: there is no honest reason to."""
INSIDE = (
    # English, German and Dutch, French, Italian and Spanish, Polish: how longer number words are put together.
    r"(?:twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|nine?ty)(?:one|two|three|four|five|six|seven|eight|nine)"
    r"|(?:twenty|thirty|fou?rty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|ten|twelve|\w+teen)"
    r"(?:s|ish|odd|fold|something|plus)(?<!teens)(?<!tens)"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|a)(?:hundred|thousand|million|fold)s?"
    r"|\w{2,}(?:zwanzig|dreissig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig|hundert|tausend|zehn)(?:e|en|er)?"
    r"|\w{2,}(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig|honderd|duizend|tien)"
    r"|quatrevingts?\w*|(?:trent|quarant|cinquant|sessant|settant|ottant|novant)(?:a\w+|uno|otto)|vent(?:uno|due|otto)"
    r"|(?:due|tre|quattro|cinque|sei|sette|otto|nove)cento|(?:dos|tres|cuatro|seis|ocho)cient[oa]s|quinient[oa]s"
    r"|veinti\w{3,}|\w+(?:nascie|dziescia|dziesci|dziesiat)"
)
CHARACTERS = (
    "大多数 大多數 大部分 多数 多數 少数 少數 一半 半数 所有人 没有人 没人 許多 许多 很多人 不少人 每个人 人人 全部 "
    "几个 ほとんど 多くの 半分 過半数 全員 誰も みんな 대부분 절반 모두 아무도 다수 많은"
).split()
COUNTLESS_CHARACTERS = (
    "一起 一样 一樣 一定 一直 统一 第一 一下 一点 一點 一般 万一 三明治 十分 一致 唯一 一旦 一切 四川 第二 第三"
).split()
"""Words with a numeral character in them that count nothing."""
PEOPLE = (
    r"people|folks?|persons?|individuals?|customers?|patients?|users?|respondents?|guests?|clients?|shoppers?|buyers?"
    r"|visitors?|participants?|carers?|families|parents|subscribers?|passengers?|callers?|consumers?|diners?|tenants?"
    r"|comments?|reviews?|reviewers?|commenters?|commentators?|opinions?|responses|women|men|those\s+who|of\s+(?:them|us)"
    r"|members?(?!\s+of\s+(?:the\s+|our\s+|their\s+)?(?:staff|team))"
    r"|kunden|kundinnen|patienten|leute|menschen|personen|gaste|nutzer|kommentare|personnes|gens|utilisateurs"
    r"|clientes|personas|gente|pacientes|usuarios|clienti|persone|pazienti|utenti|klanten|mensen|gebruikers|pessoas"
    r"|utentes|klienci|klientow|osoby|osob|ludzi|pacjentow|pacjenci|uzytkownikow"
)
QUANTIFIERS = (
    r"all|every|each|no|not\s+any|many|few|fewer|fewest|several|some|any|more|less|both|numerous|various|multiple|single"
    r"|sole|lone|only|enough|lots|plenty|couple|alle|viele|wenige|einige|mehrere|manche|keine?|certains|quelques|peu|plus"
    r"|todos|cada|geen|elke|(?:lot|loads|tons|heaps|masses|handful|pair|trio|bulk|rest|number|majority|proportion|portion"
    r"|share|fraction|chunk|host|crowds?|hordes?|droves|scores?|myriad|multitude|bunch|group|string|stream)(?=\s+of\b)"
)
VERBS = (
    r"say|says|said|saying|agree|agreed|disagree|disagreed|report|reported|complain|complained|mention|mentioned|note|noted|feel"
    r"|felt|think|thought|find|found|want|wanted|love|loved|liked?|dislike|disliked|hate|hated|prefer|preferred"
    r"|praise|praised|describe|described|experienced|enjoyed|believe|wrote|write|told|tell|recommend|recommended"
    r"|criticized|criticised|appreciate|appreciated|expressed?|wish|wished|expect|expected|claim|claimed"
)
BEING = r"are|were|have|had|do|did|would|could|will|can|cannot|never|also|got|get|waited|came|left|received|went|saw"
