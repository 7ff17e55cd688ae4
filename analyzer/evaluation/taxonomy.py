"""One vocabulary of types for three: the labeled sets', Presidio's and the product's.

What the product leaves standing by decision is named here, so that it is reported and not hidden.
"""

CANONICAL = {
    "ZIP_CODE": "POSTCODE",
    "DOMAIN_NAME": "URL",
    "US_SSN": "NATIONAL_ID",
    "US_ITIN": "NATIONAL_ID",
    "UK_NHS": "NATIONAL_ID",
    "UK_NINO": "NATIONAL_ID",
    "ES_NIF": "NATIONAL_ID",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "US_PASSPORT": "PASSPORT",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "LOCATION": "GPE",
}
LEFT_BY_DECISION = frozenset({"AGE", "DATE_TIME", "GPE", "NRP", "ORGANIZATION", "TITLE"})
"""Dates, ages, places, nationalities, organizations and forms of address carry what feedback is about: they stay."""
STRUCTURED = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "NATIONAL_ID", "PHONE_NUMBER")
ADDRESS = "STREET_ADDRESS"
PARTS_OF_ADDRESS = frozenset({ADDRESS, "POSTCODE", "PO_BOX"})
"""Scored as one type: where an address ends and its postcode begins is a matter of taste, not of privacy."""


def canonical(name: str) -> str:
    """Return the product's name for a type of any of the three."""
    return CANONICAL.get(name, name)


def scored(name: str) -> str:
    """Return the type a span is scored as: its canonical one, with the parts of an address taken together."""
    known = canonical(name)
    return ADDRESS if known in PARTS_OF_ADDRESS else known
