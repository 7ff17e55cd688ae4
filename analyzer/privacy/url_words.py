"""The words that links are read with: endings of host names, words that announce a person, words that name nobody.

Lists, written by hand. Leaving a word out costs a readable word in some link, never somebody's name.
"""

WEB_SCHEMES = frozenset(
    "http https ftp ftps sftp ws wss ssh git smb ldap ldaps imap imaps rtsp feed hxxp hxxps".split()
)
"""Schemes whose links begin with a host; in any other (an app's own) every part is taken as a path."""

OPAQUE_SCHEMES = "mailto tel sms smsto mms callto skype sip sips xmpp facetime whatsapp viber geo bitcoin data".split()
"""Schemes with an address and no host after them; nothing of the address stays."""

HOST_ENDINGS = frozenset(
    # reserved, and used inside companies
    "example test invalid localhost local localdomain internal intranet lan corp home "
    # general
    "com org net edu gov mil int info biz eu nhs io ai dev tv cc ly gl gd gg fm tk ws xyz tech cloud website club "
    # countries
    "uk de fr nl ch ie ca au nz pl pt se dk fi cz sk hu ro bg gr hr si rs ee lt lv lu li mt cy jp cn kr tw hk sg th "
    "vn ph id my br mx ar cl co pe uy za ng ke gh eg ma il ae sa tr ru ua by kz pk bd lk np es".split()
)
"""Endings by which a host without a scheme is known, whatever follows it."""

WORDY_ENDINGS = frozenset(
    "it in at is so to no be me am as us do app page link site online live shop store help care health support work "
    "today world life email blog news media social survey surveys".split()
)
"""Endings that are words: in "late.in/out" there is no host, so more has to speak for one."""

SECOND_LEVEL = frozenset("co com org net ac gov nhs edu ltd plc sch gouv nom asso gob".split())
"""Labels that with a country after them are one ending (co.uk)."""

PROFILE_HOSTS = frozenset(
    "facebook.com fb.com fb.me m.me instagram.com instagr.am twitter.com x.com tiktok.com threads.net threads.com "
    "t.me telegram.me wa.me whatsapp.com snapchat.com linktr.ee github.com gitlab.com medium.com reddit.com vk.com "
    "ok.ru xing.com pinterest.com pinterest.co.uk youtube.com youtu.be vimeo.com twitch.tv paypal.me paypal.com "
    "cash.app venmo.com ko-fi.com patreon.com linkedin.com lnkd.in bsky.app mastodon.social tumblr.com flickr.com "
    "soundcloud.com ebay.com ebay.co.uk etsy.com vinted.com depop.com strava.com gravatar.com about.me calendly.com "
    "justgiving.com gofundme.com".split()
)
"""Hosts whose paths begin with somebody's account name."""

PERSON_WORDS = frozenset(
    "u r id ids in by usr user users uid username usernames userid member members memberid membership profile "
    "profiles person persons people persona customer customers customerid cust client clients clientid patient "
    "patients patientid account accounts acct respondent respondents participant participants panelist panelists "
    "panellist panellists recipient recipients contact contacts employee employees staff agent agents advisor "
    "advisors adviser advisers author authors friend friends guest guests owner owners subscriber subscribers name "
    "names fullname firstname lastname surname mail email emails mailto invite invites invitee invitees invited "
    "subscriber unsubscribe optout doctor doctors dr nurse nurses clinician clinicians consultant consultants "
    "therapist therapists student students teacher teachers tutor tutors pupil pupils tenant tenants resident "
    "residents donor donors lead leads buyer buyers seller sellers reviewer reviewers identity ident login nickname "
    "handle alias avatar token key session utilisateur utilisateurs membre membres profil profils personne personnes "
    "compte comptes salarie medecin benutzer nutzer mitglied mitglieder kunde kunden mitarbeiter konto konten "
    "patienten arzt usuario usuarios miembro miembros perfil perfiles cliente clientes cuenta cuentas empleado "
    "paciente pacientes gebruiker gebruikers lid leden klant klanten medewerker medewerkers profiel rekening utente "
    "utenti profilo profili clienti dipendente paziente pazienti nome nom prenom nombre naam".split()
)
"""Words of a path after which somebody is named."""

PLAIN_WORDS = frozenset(
    # what sites and their pages are called
    "www web send chat "
    "app apps api mobile static cdn media assets img images files docs doc pdf html index home main start "
    "begin welcome about help helpdesk support service services faq faqs info contact us our my your the and for of "
    "to new old edit add create delete remove update change view show list all search find browse open close next "
    "previous back page pages login logout signin signout signup register registration password reset forgot verify "
    "confirm confirmation settings preferences dashboard overview details summary history status inbox messages "
    "notifications notification security privacy terms policy policies cookies legal imprint sitemap language "
    "languages locale en fr de es nl it "
    # surveys and feedback
    "survey surveys form forms feedback review reviews rating ratings rate questionnaire question questions answer "
    "answers poll polls vote response responses respond result results score scores nps csat ces wave waves invite "
    "invitation reminder thanks thankyou thank you end done complete completed finish share take study studies panel "
    "research smart experience satisfaction opinion opinions comment comments complaint complaints compliment "
    "compliments suggestion suggestions ideas voice redirect link links click track open unsubscribe optout preview "
    "test demo live "
    # shopping and service
    "shop shops store stores cart basket checkout order orders delivery deliveries shipping returns return refund "
    "refunds exchange exchanges payment payments invoice invoices billing subscription subscriptions plan plans "
    "pricing offer offers deal deals sale sales product products category categories collection collections catalog "
    "catalogue item items gift gifts voucher vouchers coupon coupons loyalty rewards points tracking parcel parcels "
    "booking bookings appointment appointments visit visits ticket tickets event events news newsletter newsletters "
    "blog press careers jobs company team partners branch branches location locations opening hours online customer "
    "customers care user users account member members client clients staff patient patients health hospital clinic "
    "clinics ward wards surgery pharmacy triage doctors listed bank banking insurance travel hotel flights school "
    "college university council "
    # campaigns
    "email mail sms push banner banners display social organic paid cpc ppc cpm affiliate referral referrals direct "
    "print flyer poster leaflet receipt receipts qr code radio tv video google bing facebook instagram twitter "
    "linkedin youtube whatsapp tiktok campaign campaigns promo promotion launch spring winter season seasonal holiday "
    "holidays christmas easter black friday cyber monday week weekly month monthly daily year yearly quarter day post "
    "pre after before first second third final follow followup up win winback retention onboarding churn renewal "
    "transactional trigger triggered pilot version beta north south east west region european global "
    "uk us eu gb".split()
)
"""Words that name nobody, so that they may stay even where a name is expected."""

PARAMETER_WORDS = frozenset(
    "fn ln cc bcc id ids eed chl utm ga gclid fbclid msclkid dclid gbraid wbraid ref referrer referer source medium "
    "campaign term content lang language locale version page product data info field fields custom variable var value "
    "values param params key token auth access session sid cid uid pid rid tid jwt sig signature hash code pin "
    "password pass pwd user users username userid login account acct member customer customerid client clientid "
    "patient contact recipient respondent participant employee agent person people first last middle full given "
    "family nick sur name names fname lname firstname lastname fullname surname nickname title salutation email "
    "emails emailaddress mail to from address addresses mailing billing shipping street house number no line city "
    "town county state region country postal post postcode zip zipcode phone phones telephone tel mobile cell fax sms "
    "whatsapp handle date birth birthday dob day month year age gender sex company order orderid ticket invoice "
    "booking case reference number iban card ip device lat lng lon long location url uri link redirect return next "
    "target dest destination continue goto callback entry answer answers response question score rating comment text "
    "subject body message step wave tab view sort limit offset search query filter survey form panel external "
    "embedded unsubscribe list segment group type kind status".split()
)
"""Words that names of parameters are made of."""
