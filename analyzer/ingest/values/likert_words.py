"""The words of verbal scales in six languages: stems, degrees, negations, and scales that are lists of words."""

from analyzer.ingest.calendar_names import plain_word

STEMS = {
    "satisfaction": (
        "satisfied happy content pleased zufrieden satisfait satisfaite satisfaits content contente satisfecho "
        "satisfecha tevreden "
        "soddisfatto soddisfatta contento",
        "dissatisfied unsatisfied unhappy disappointed displeased unzufrieden enttauscht insatisfait insatisfaite "
        "mecontent mecontente "
        "decu insatisfecho insatisfecha ontevreden insoddisfatto insoddisfatta",
    ),
    "agreement": (
        "agree zu zustimmen accord acuerdo eens accordo zutreffend",
        "disagree ablehnen ab desaccord desacuerdo oneens disaccordo unzutreffend",
    ),
    "likelihood": (
        "likely probable wahrscheinlich waarschijnlijk probabile probablement probablemente sure",
        "unlikely improbable unwahrscheinlich onwaarschijnlijk improbabile",
    ),
    "importance": (
        "important importance essential wichtig importante importants belangrijk",
        "unimportant unwichtig onbelangrijk irrelevant",
    ),
    "ease": (
        "easy simple einfach leicht facile facil sencillo makkelijk gemakkelijk eenvoudig semplice",
        "difficult hard schwierig schwer kompliziert difficile dificil moeilijk complicated lastig",
    ),
    "quality": (
        "good well gut bon bonne bien bueno buena goed buono buona bene",
        "bad poor poorly badly schlecht mauvais mauvaise mal malo mala slecht cattivo cattiva male scarso scarsa",
    ),
    "help": (
        "helpful hilfreich utile utiles util nuttig behulpzaam useful nutzlich",
        "unhelpful useless inutile nutzlos",
    ),
    "clarity": ("clear klar verstandlich clair claro duidelijk chiaro", "unclear unklar confusing confuso onduidelijk"),
    "interest": (
        "interested interessiert interesse interesado geinteresseerd interessato",
        "uninterested desinteressiert",
    ),
    "confidence": (
        "confident aware familiar willing comfortable effective safe sicher",
        "unaware uncomfortable ineffective unsafe",
    ),
    "comparison": (
        "better besser meilleur meilleure mieux mejor beter migliore meglio",
        "worse schlechter pire peor slechter peggiore peggio",
    ),
    "concern": ("concerned worried besorgt", "unconcerned"),
}
DEGREES = {
    3.4: (
        "extremely extrem extremement extremadamente sumamente uiterst estremamente ausserordentlich ausserst "
        "exceptionally enorm"
    ),
    3.2: (
        "completely totally absolutely fully entirely vollkommen vollig voll ganz total vollstandig absolut "
        "totalement "
        "completement entierement absolument totalmente completamente absolutamente helemaal volledig totaal "
        "volkomen "
        "pienamente assolutamente del tutto fait"
    ),
    3.0: (
        "very strongly highly definitely really much sehr stark tres fortement vivement beaucoup muy fuertemente "
        "mucho zeer heel "
        "erg sterk veel molto fortemente viel"
    ),
    2.4: "mostly generally largely weitgehend uberwiegend meist bastante grotendeels ampiamente",
    1.7: "quite recht behoorlijk",
    1.6: "fairly pretty ziemlich assez tamelijk vrij abbastanza",
    1.5: "moderately massig moderement moderadamente redelijk moderatamente mittelmassig",
    1.4: "rather eher plutot piuttosto tendenziell mehr eerder mas bien",
    1.0: "somewhat etwas teilweise partiellement parcialmente enigszins algo gedeeltelijk parzialmente probably",
    0.5: "moyennement medianamente mediamente gemiddeld",
    0.9: "slightly little bit ein wenig peu un poco beetje een po leicht",
}
NEGATIONS = frozenset("not nicht pas no non niet kein ne don t sans".split())
LITTLE = frozenset("wenig weniger peu poco weinig minder hardly kaum barely nauwelijks pouco".split())
NEITHER = {"ni": 2, "ne": 2, "noch": 2, "neither": 1, "weder": 1}
"""Words that put a label in the middle if they occur so often: ni d'accord ni pas d'accord."""
ARTICLES = frozenset({"un", "ein", "een", "a"})
"""Before "little" they make it some: un peu satisfait, but peu satisfait."""
NONE = frozenset("nada niente nulla".split())
AT_ALL = frozenset("all uberhaupt gar tout absoluto nada niente nulla".split())
FILLERS = frozenset(
    "and und et y e en i it a at to of the with d de du l la le il el es ist is was bin am are mit mee het ich ik "
    "je j suis estoy "
    "ben sono stimme trifft finde lehne met s than usual as in che di per nor neither weder noch ni ne o or als "
    "tant".split()
)
MIDDLE = frozenset(
    plain_word(word)
    for word in (
        "neutral neutre neutraal neutrale undecided unentschieden unentschlossen teils indifferent indeciso "
        "indecisa indécis "
        "mittel neither mixed geteilt partly moderate"
    ).split()
)
MIDDLE_PHRASES = frozenset(
    (
        "teils teils",
        "mal so mal so",
        "so so",
        "weder noch",
        "ni l un ni l autre",
        "neither",
        "ni uno ni otro",
        "neutral neither",
    )
)
LISTS = {
    "frequency": """
        never=0 nie=0 niemals=0 jamais=0 nunca=0 jamas=0 nooit=0 mai=0 not_at_all=0 almost_never=1 fast_nie=1
        presque_jamais=1
        casi_nunca=1 bijna_nooit=1 quasi_mai=1 hardly_ever=1 rarely=2 seldom=2 selten=2 rarement=2 raramente=2
        rara_vez=2 zelden=2
        very_rarely=1.5 sehr_selten=1.5 occasionally=3 gelegentlich=3 ab_und_zu=3 occasionnellement=3
        ocasionalmente=3 af_en_toe=3
        occasionalmente=3 de_temps_en_temps=3 de_vez_en_cuando=3 ogni_tanto=3 sometimes=4 manchmal=4 parfois=4
        quelquefois=4
        a_veces=4 algunas_veces=4 soms=4 a_volte=4 qualche_volta=4 about_half_the_time=4.5 often=6 oft=6
        haufig=6 souvent=6
        a_menudo=6 frecuentemente=6 vaak=6 spesso=6 frequently=6.2 regularly=5.5 regelmassig=5.5 regulierement=5.5
        con_frecuencia=6 regelmatig=5.5 regolarmente=5.5 very_often=7 sehr_oft=7 sehr_haufig=7 tres_souvent=7
        muy_a_menudo=7
        heel_vaak=7 molto_spesso=7 usually=6.5 meistens=6.5 generalmente=6.5 meestal=6.5 di_solito=6.5
        la_plupart_du_temps=6.5
        la_mayoria_de_las_veces=6.5 most_of_the_time=7 almost_always=8 nearly_always=8 fast_immer=8 presque_toujours=8
        casi_siempre=8 bijna_altijd=8 quasi_sempre=8 always=9 immer=9 toujours=9 siempre=9 altijd=9 sempre=9""",
    "recurrence": """
        never=0 nie=0 jamais=0 nunca=0 nooit=0 mai=0 first_time=0.5 less_often=1 less_than_once_a_year=1 seltener=1
        less_than_monthly=2 yearly=1.5 once_a_year=1.5 annually=1.5 jahrlich=1.5 quarterly=3 vierteljahrlich=3
        every_few_months=3 monthly=4 once_a_month=4 monatlich=4 einmal_im_monat=4 mensuel=4 mensualmente=4
        maandelijks=4
        mensilmente=4 a_few_times_a_month=5 several_times_a_month=5 mehrmals_im_monat=5 fortnightly=5 weekly=6
        once_a_week=6
        wochentlich=6 einmal_pro_woche=6 hebdomadaire=6 semanalmente=6 wekelijks=6 settimanalmente=6
        several_times_a_week=7
        a_few_times_a_week=7 mehrmals_pro_woche=7 daily=8 every_day=8 taglich=8 quotidien=8 tous_les_jours=8
        diariamente=8
        dagelijks=8 giornalmente=8 ogni_giorno=8 several_times_a_day=9 mehrmals_taglich=9""",
    "level": """
        very_low=1 sehr_niedrig=1 tres_faible=1 muy_bajo=1 muy_baja=1 zeer_laag=1 molto_basso=1 low=2 niedrig=2
        gering=2 faible=2
        bajo=2 baja=2 laag=2 basso=2 bassa=2 medium=3 moderate=3 average=3 mittel=3 moyen=3 moyenne=3 medio=3 media=3
        gemiddeld=3 normal=3 high=4 hoch=4 eleve=4 elevee=4 haut=4 alto=4 alta=4 hoog=4 very_high=5 sehr_hoch=5
        tres_eleve=5
        muy_alto=5 muy_alta=5 zeer_hoog=5 molto_alto=5 urgent=6 critical=6 dringend=6""",
    "amount": """
        none_at_all=0 not_at_all=0 uberhaupt_nicht=0 gar_nicht=0 pas_du_tout=0 en_absoluto=0 helemaal_niet=0
        per_niente=0 nada=0
        very_little=1 a_little=2 a_little_bit=2 slightly=2 ein_wenig=2 un_peu=2 un_poco=2 een_beetje=2 un_po=2
        somewhat=3 etwas=3 algo=3
        moderately=3.5 a_moderate_amount=3.5 quite_a_bit=4 ziemlich=4 assez=4 bastante=4 abbastanza=4 a_lot=5
        viel=5 beaucoup=5
        mucho=5 veel=5 molto=5 a_great_deal=6 sehr_viel=6 enormement=6 extremely=6 very_much=5.5 sehr=5.5""",
    "promoter group": """
        detractor=0 detractors=0 kritiker=0 detraktor=0 detracteur=0 detractores=0 criticaster=0 detrattore=0
        detrattori=0
        detracteurs=0 passive=1 passives=1 neutral=1 indifferent=1 indifferente=1 passif=1 passifs=1 pasivo=1
        pasivos=1 passief=1 passivo=1
        passivi=1 passiv=1 promoter=2 promoters=2 promotor=2 promotoren=2 promoteur=2 promoteurs=2 promotores=2
        promotore=2
        promotori=2 befurworter=2""",
    "expectation": """
        much_worse_than_expected=0 far_below_expectations=0 worse_than_expected=1 below_expectations=1
        did_not_meet_expectations=1
        schlechter_als_erwartet=1 unter_den_erwartungen=1 as_expected=2 met_expectations=2 meets_expectations=2
        wie_erwartet=2
        about_what_i_expected=2 better_than_expected=3 exceeded_expectations=3 exceeds_expectations=3
        above_expectations=3
        besser_als_erwartet=3 uber_den_erwartungen=3 much_better_than_expected=4 far_exceeded_expectations=4
        far_above_expectations=4 viel_besser_als_erwartet=4""",
    "quality": """
        terrible=-3.6 awful=-3.6 horrible=-3.6 dreadful=-3.6 furchtbar=-3.6 katastrophal=-3.6 ungenugend=-3.4
        mangelhaft=-2.4 pessimo=-3.6
        pessima=-3.6 pesimo=-3.6 pesima=-3.6 tres_mauvais=-3 fair=-0.5 average=0 mediocre=-1 mittelmassig=0
        durchschnittlich=0
        ausreichend=-0.5 befriedigend=1 moyen=0 moyenne=0 passable=-0.5 acceptable=0.5 satisfactory=0.8
        adequate=0.5 ok=0 okay=0
        regular=0 aceptable=0.5 matig=-1 voldoende=0.8 onvoldoende=-1.5 gemiddeld=0 ruim_voldoende=1.2 sufficiente=0.5
        insufficiente=-1.5 discreto=1 discreta=1 mediocre=-1 neither_good_nor_poor=0 great=3.2 excellent=3.6
        outstanding=3.8
        exceptional=3.8 fantastic=3.6 perfect=3.9 superb=3.7 ausgezeichnet=3.6 hervorragend=3.6 exzellent=3.6
        super=3.4 top=3.4
        excellente=3.6 excelente=3.6 parfait=3.9 uitstekend=3.6 geweldig=3.4 ottimo=3.4 ottima=3.4
        eccellente=3.6 perfekt=3.9
        notable=2.5 sobresaliente=3.6 unacceptable=-3.8 inadequate=-2.4 insuffisant=-2 insuficiente=-2""",
    "importance": "essential=3.6 critical=3.7 unverzichtbar=3.6 indispensable=3.6 crucial=3.6 essenziell=3.6",
    "comparison": """
        the_same=0 same=0 moins_bien=-2 beaucoup_moins_bien=-3 un_peu_moins_bien=-1 about_the_same=0
        unchanged=0 no_change=0 gleich=0 unverandert=0 genauso=0 pareil=0
        identique=0 igual=0 hetzelfde=0
        gelijk=0 uguale=0 no_difference=0""",
    "likelihood": """
        definitely_not=-3 probably_not=-1.5 might_or_might_not=0 probably=1.5 definitely=3 maybe=0 perhaps=0
        vielleicht=0
        peut_etre=0 quizas=0 tal_vez=0 misschien=0 forse=0 definitely_would=3 probably_would=1.5
        probably_would_not=-1.5
        definitely_would_not=-3""",
    "consent": """
        yes=2 no=-2 maybe=0 perhaps=0 yes_definitely=3 definitely=3 yes_completely=3 yes_to_some_extent=1
        yes_somewhat=1 to_some_extent=1
        yes_partly=1 partly=0.5 not_really=-1 no_not_really=-1.5 no_not_at_all=-3 no_definitely_not=-3 ja=2
        nein=-2 vielleicht=0
        eher_ja=1.4 eher_nein=-1.4 ja_sehr=3 ja_auf_jeden_fall=3 auf_jeden_fall=3 auf_keinen_fall=-3 nein_gar_nicht=-3
        teilweise=0.5 oui=2 non=-2 peut_etre=0 plutot_oui=1.4 plutot_non=-1.4 tout_a_fait=3 oui_tout_a_fait=3
        pas_du_tout=-3
        non_pas_du_tout=-3 en_partie=0.5 si=2 tal_vez=0 quizas=0 mas_bien_si=1.4 mas_bien_no=-1.4 en_parte=0.5 nee=-2
        misschien=0 ja_zeker=3 eerder_wel=1.4 eerder_niet=-1.4 gedeeltelijk=0.5 forse=0 piuttosto_si=1.4
        piuttosto_no=-1.4
        in_parte=0.5""",
    "number": """
        one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eins=1 zwei=2 drei=3 vier=4
        funf=5 un=1 deux=2
        trois=3 quatre=4 cinq=5 uno=1 dos=2 tres=3 cuatro=4 cinco=5 een=1 twee=2 drie=3 vijf=5 due=2 tre=3
        quattro=4 cinque=5
        one_star=1 two_stars=2 three_stars=3 four_stars=4 five_stars=5""",
    "weekday": """
        monday=1 tuesday=2 wednesday=3 thursday=4 friday=5 saturday=6 sunday=7 mon=1 tue=2 wed=3 thu=4 fri=5
        sat=6 sun=7
        montag=1 dienstag=2 mittwoch=3 donnerstag=4 freitag=5 samstag=6 sonntag=7 lundi=1 mardi=2 mercredi=3
        jeudi=4 vendredi=5
        samedi=6 dimanche=7 lunes=1 martes=2 miercoles=3 jueves=4 viernes=5 sabado=6 domingo=7 maandag=1
        dinsdag=2 woensdag=3
        donderdag=4 vrijdag=5 zaterdag=6 zondag=7 lunedi=1 martedi=2 mercoledi=3 giovedi=4 venerdi=5 sabato=6
        domenica=7""",
}
