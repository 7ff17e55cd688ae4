"""Words that announce a name, in six languages, and words that look like names but are not."""

import re

TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame rev father herr herrn hr frau fr fräulein dipl dra "
    "ing mme mlle monsieur madame "
    "mademoiselle maître m sr sra srta señor senor señora senora señorita don doña dona "
    "dhr mevr mevrouw meneer heer mw "
    "drs sig sig.ra signor signora signore dott dottor dottore dottoressa doctor docteur doktor dokter doctora".split()
)
ROLES = frozenset(
    "nurse sister matron midwife consultant registrar physio physiotherapist dentist "
    "hygienist paramedic surgeon therapist "
    "counsellor receptionist manager assistant advisor adviser agent representative rep "
    "driver courier engineer technician "
    "waiter waitress server stylist teacher tutor instructor colleague operator supervisor "
    "officer pharmacist carer hca hcp "
    "husband wife partner son daughter mother father mum mom dad brother sister friend "
    "uncle aunt nan grandson granddaughter "
    "nephew niece boyfriend girlfriend fiance baby schwester pfleger pflegerin ärztin arzt "
    "kollege kollegin mitarbeiter "
    "mitarbeiterin berater beraterin verkäufer verkäuferin mann sohn tochter infirmier "
    "infirmière infirmiere conseiller "
    "conseillère conseillere vendeur vendeuse serveur serveuse collègue collegue mari "
    "femme fils fille enfermera enfermero "
    "vendedor vendedora camarero camarera dependienta dependiente marido mujer hijo hija "
    "compañero zuster verpleegkundige "
    "medewerker medewerkster verkoper verkoopster collega vrouw zoon dochter infermiera infermiere commessa commesso "
    "cameriere cameriera marito moglie figlio figlia".split()
)
PARTICLES = frozenset(
    "van von de der den del della di da dos das du la le el al bin ibn ben ter ten zu zum mac mc st san y e "
    "los las het 't 'n ul af zur lo li dello degli dei op ibn bint abu abd dal dalla av".split()
)

_SEP = r"[\s:,\"'“‘(-]{1,3}"
INTRODUCED = re.compile(
    rf"(?<!\w)(?:(?:i['’]?m|i am) (?:called|named)|mera naam|mera nam|ami|jag heter|jeg heter|mit navn er|nazywam się"
    rf"|mam na imię|me chamo|meu nome é"
    rf"|o meu nome é|benim adım|adım|nama saya|apna naam|naam hai|mi name na|my name na|ako si|ang pangalan ko(?: ay)?"
    rf"|smi(?:y|y)?ti|ismi|nire izena|em dic|moje imię(?: to)?|jmenuji se|volám se|numele meu(?: este| e)?|a nevem"
    rf"|jina langu(?: ni)?|my (?:full |first |last |sur)?name(?:'s| is| was)|(?:the )?name(?: on "
    rf"(?:the )?(?:account|card|order|booking))?(?: is|:)"
    rf"|names? (?:is|was)|full name:|customer(?: name)?:|patient(?: name)?:|agent(?: name)?:|"
    rf"signed:?|yours truly,?|ich hei(?:ß|ss)e|mein name ist|ich bin (?:der|die)"
    rf"|je m['’]appelle|mon nom est|je suis (?:monsieur|madame|mme|m\.)|je me nomme|me llamo|"
    rf"mi nombre es|mijn naam is|ik heet|ik ben (?:de heer|mevrouw)"
    rf"|mi chiamo|il mio nome è|beneficiary:|attn:?|c/o){_SEP}?",
    re.IGNORECASE,
)
CALLED = re.compile(
    rf"(?<!\w)(?:(?:man|woman|lady|guy|gentleman|girl|boy|person|someone|somebody|nurse|"
    rf"doctor|colleague|agent|chap|lad|member of staff|"
    rf"employee|staff member|assistant|people call me|they call me|she|he) (?:(?:is |was )?(?:called|named)|"
    rf"by the name of)|named (?:him|her)|people call me|"
    rf"maybe it['’]s under|under the name(?: of)?|in the name of|called (?:him|her)|names? "
    rf"(?:of|are|were)|namens|nommée?|prénommée?|s['’]appelle(?:ait)?|llamad[oa]|que se llama|"
    rf"genaamd|genannt|di nome|si chiama(?:va)?|se llama(?:ba)?|sprak met|habe mit|hatte mit"
    rf"|heette|heet|hieß|heisst|heißt|chiamat[oa]|mit dem namen){_SEP}",
    re.IGNORECASE,
)
MET = re.compile(
    rf"(?<!\w)(?:spoke (?:to|with)|speak (?:to|with)|speaking (?:to|with)|talk(?:ed|ing)? "
    rf"(?:to|with)|served by|helped by|assisted by|"
    rf"dealt with by|seen by|treated by|looked after by|cared for by|signed by|written by|"
    rf"answered by|greeted by|thank you(?: so much| very much)?(?: to)?,?|"
    rf"thanks(?: so much| again| a lot)?(?: to)?,?|thx|cheers|shout ?out to|kudos to|credit "
    rf"to|well done|ask(?:ed)? for|"
    rf"sprach mit|gesprochen mit|telefoniert mit|bedient von|beraten von|danke(?: an)?|dank "
    rf"an|liebe[rs]?|parlé (?:à|avec)|servi par|reçue? par|conseillée? par|merci(?: à)?,?|"
    rf"hablé con|hable con|atendid[oa] por|me atendió|gracias(?: a)?,?|gesproken met|"
    rf"geholpen door|bediend door|dank(?: je| u)?(?: aan)?,?|bedankt,?|ho parlato con|parlato con|"
    rf"servit[oa] da|assistit[oa] da|grazie(?: a)?,?){_SEP}",
    re.IGNORECASE,
)
NEAR = re.compile(
    rf"(?<!\w)(?:i['’]?m|i am|this is|it['’]?s|its|hi|hello|hey|dear|from|and|with|by|for|to|"
    rf"name\??|about|under|met|says|said|producer|author|"
    rf"hallo|bonjour|hola|ciao|mit|von|avec|par|con|por|door|da|und|et|y|en|e){_SEP}",
    re.IGNORECASE,
)
DOES = re.compile(  # a name begins with a capital; excluding small ASCII letters here is faster
    r"(?<![\w’'-])(?P<name>[^\W\d_a-z][\w’'-]{1,30}?)(?:['’]s(?=\s[a-z])|\s(?:lives|lived|said|says|told|"
    r"helped|explained|answered|phoned|rang|assisted|served|replied|advised|listened|"
    r"looked after|took (?:the )?time|went (?:above|out)|goes (?:above|out)|treated (?:me|"
    r"us)|showed (?:me|us)|made me feel|dealt with|sorted|fixed|"
    r"resolved|(?:was|is|has been) (?:(?:very|so|really|extremely|absolutely|such|always|"
    r"super|truly|just) )?(?:a (?:star|gem|legend|pleasure|delight|credit|great help)|"
    r"helpful|lovely|kind|friendly|polite|rude|amazing|brilliant|fantastic|wonderful|"
    r"excellent|great|patient|professional|knowledgeable|attentive|caring|understanding|"
    r"unhelpful|impatient|outstanding|superb|terrific)|had given|began|"
    r"war (?:sehr|so|super)|hat mir|a été (?:très )?|m['’]a (?:aidée?|répondu)|fue muy|me "
    r"ayudó|me atendió|was heel|heeft me|è stat[oa])(?!\w))"
)
SIGNED = re.compile(
    r"(?:(?P<closing>(?i:(?:kind |best |warm |many )?(?:regards|wishes)|sincerely(?: yours)"
    r"?|yours(?: sincerely| faithfully| truly)?|cheers|thanks|thank you|thx|best|love|xx+|"
    r"respectfully|mfg|(?:mit )?(?:freundlichen|besten|lieben|herzlichen|viele|liebe|beste|"
    r"schöne) grü(?:ß|ss)en?|lg|vg|gruß|cordialement|bien à vous|salutations|merci|"
    r"bonne journée|saludos|un saludo|atentamente|gracias|groet(?:en|jes)?|met vriendelijke "
    r"groet(?:en)?|mvg|vriendelijke groet|cordiali saluti|saluti|distinti saluti|grazie))"
    r"[\s,.!;:–-]{1,4}|\n\s{0,3}[-–—~*]?\s{0,2}|\s[-–—~]\s?)"
    r"(?P<name>[A-ZÀ-ÞŁŚŽ][\w'’-]*\.?(?:\s[A-ZÀ-ÞŁŚŽ][\w'’-]*\.?){0,3})[\s.!x]*$"
)
PLACE_BEGINNINGS = frozenset(
    "san santa santo st saint sainte los las port fort mount mt lake new bad bishop cape "
    "aeropuerto aeroport aeroporto luchthaven flughafen estadio stade stadio stadion teatro theatre theater "
    "lycee college ecole instituto colegio escuela universidad universite universita universidade escola scuola "
    "liceo istituto ospedale hopital clinique musee museo museu museum fondation fundacion fondazione fundacao "
    "stiftung premio prix premi trofeo trophee torneo biblioteca bibliotheque gare estacion stazione estacao plaza "
    "piazza place praca plein parque parc parco pont puente ponte metro auditorio auditorium palacio palais palazzo "
    "restaurant ristorante restaurante trattoria pizzeria brasserie".split()
)
"""Words that make the name after them one of a place: "Santa Barbara", "aeropuerto Adolfo Suárez"."""
INSTITUTIONS = frozenset(
    "road rd street st lane ln avenue ave close drive way court place square park gardens "
    "hill bridge station airport hospital hosp clinic "
    "surgery centre center ward unit castle school college university church hotel house "
    "hall view practice infirmary pharmacy trust team "
    "theatre museum library stadium club fc united city town county village valley beach "
    "island lake river bank stores group ltd inc plc llc "
    "limited gmbh bv sa spa co corp company brothers sons dress jeans top tops pants skirt "
    "sweater jacket brand award prize cup".split()
)
"""Words that make the name before them one of a place, a firm or a thing: "Barnard Castle", "Orion unit"."""
COMMON = frozenset(
    "ean isbn upc imei pnr bic "
    "i a the to of in on at by for and or but so if as is am are was were be been it its "
    "it's he she we you they me him her us "
    "them my your his our their this that these those there here not no yes do does did "
    "done don't doesn't didn't can can't could "
    "would should will won't shall may might must have has had having get got go went gone "
    "come came very really just too also "
    "all any some none every each both few more most much many other another same such own "
    "only even still yet again ever never "
    "always often once twice when where why how what which who whom whose because since "
    "until while though although however "
    "therefore than then now today tomorrow yesterday tonight morning afternoon evening "
    "night day days week weeks month months "
    "tag tage tagen woche wochen monat monate monaten stunde stunden minute minuten jahr jahre jahren "
    "jour jours semaine semaines mois heure heures annee annees dia dias semana semanas meses hora horas ano anos "
    "dagen weken maand maanden uur jaar jaren giorno giorni settimana settimane mesi anni "
    "year years monday tuesday wednesday thursday friday saturday sunday january february "
    "march april may june july august "
    "september october november december spring summer autumn fall winter christmas easter "
    "new old good great nice lovely bad "
    "poor best better worst worse well excellent amazing awesome brilliant fantastic "
    "perfect wonderful terrible horrible awful "
    "thank thanks please sorry hello hi hey dear regards cheers love ok okay n/a na none "
    "nil nothing everything something "
    "anything nobody everybody somebody anyone everyone someone service services staff "
    "team customer customers care support "
    "company store shop website site app online order orders delivery product products "
    "price quality size sizes color colour "
    "fabric fit fits small medium large petite dress dresses top tops shirt jeans pants "
    "skirt sweater jacket retailer ambulance "
    "hospital clinic surgery ward appointment appointments doctor doctors nurse nurses gp "
    "nhs mri ct icu ent tv uk usa us eu pc "
    "dr mr mrs ms sir madam miss lady gentleman person people man woman men women child "
    "children kid kids boy girl baby mum mom dad "
    "reception receptionist parking car bus train taxi phone call calls email mail text "
    "letter manager driver crew paramedic "
    "paramedics trust department unit centre center room bed food drink tea coffee water "
    "time times waiting wait list number "
    "question answer comment comments survey feedback help information advice treatment "
    "medication medicine pain therapy "
    "removed north south east west upper drs covid hosp uni jan feb mar apr jun jul aug sep sept "
    "oct nov dec vid physio dentist school university office bank card account money "
    "refund return returns amazon google facebook twitter "
    "instagram youtube apple samsung android iphone ipad windows microsoft paypal visa "
    "mastercard whatsapp netflix spotify "
    "tinder uber ebay etsy english french german spanish dutch italian american british "
    "european asian african indian chinese "
    "god lord jesus christ bible hashtag rt lol omg btw fyi asap diy faq vip ceo hr it xs xl xxl xxs xsp tts ag pm am "
    "ich du er sie es wir ihr der die das ein eine einer nicht kein keine und oder aber "
    "ist sind war waren bin bist sehr gut "
    "guten danke bitte leider immer nie mit von für auf aus bei nach zu zum zur beim vom "
    "im am an team firma kunde kunden "
    "kundenservice service bestellung lieferung ware produkt qualität preis frau herr damen herren tag "
    "je tu il elle nous vous ils elles le la les un une des du de ce cette ces mon ma mes "
    "son sa ses et ou mais est sont était "
    "très bien bon bonne merci bonjour service produit commande livraison client clients magasin pas plus ne "
    "yo tú él nosotros ellos el la los las uno una unos unas mi su sus y o pero es son era "
    "muy bien buen bueno buena gracias "
    "hola servicio producto pedido entrega cliente tienda no sí que "
    "ik jij hij zij wij jullie de het een en of maar is zijn was waren heel goed goede "
    "bedankt dank hallo service product "
    "bestelling levering klant winkel niet geen "
    "io tu lui lei noi voi loro il lo la i gli le un uno una e o ma è sono era molto bene "
    "buono buona grazie ciao servizio "
    "prodotto ordine consegna cliente negozio non sì che".split()
)
"""Words that are never taken for a name by themselves, whatever the cue."""
