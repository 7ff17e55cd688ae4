"""Controls that reviewers ask for, what this program does about each, and which it does not cover.

ISO/IEC 27001:2022 Annex A by number, SOC 2 by the Trust Services Criteria of 2017 (points of focus of 2022).
"""

from dataclasses import dataclass
from enum import Enum, auto

MET, HELPS, NOT = "available", "available in part", "not covered"


class Needed(Enum):
    """A fact of the workspace that a control needs to be in use (analyzer.reports.controls_in_use judges each)."""

    ACCOUNTS = auto()
    REVIEWS = auto()
    LOG = auto()
    SEAL = auto()
    PROOF = auto()
    RESTORE_DRILL = auto()
    INCIDENT_DRILL = auto()
    SELF_TEST = auto()
    BACKUP = auto()
    IMPORTS = auto()
    SAMPLE = auto()
    DELETION = auto()


@dataclass(frozen=True, slots=True)
class Control:
    """A control of the program.

    Attributes:
        iso, soc, title: its numbers and title.
        how_far: how far the program offers it; says nothing of its use.
        done: what the program does.
        shown: the section of the evidence that shows it.
        needed: facts of a workspace without which the control is not in use there.
    """

    iso: str
    soc: str
    title: str
    how_far: str
    done: str
    shown: str = ""
    needed: tuple[Needed, ...] = ()


N = Needed
CONTROLS = (
    Control("A.5.15", "CC6.1", "Access control", MET, "default deny; roles; checked at every call and by SQLite",
            "accounts",
            (N.ACCOUNTS, N.SELF_TEST)),
    Control("A.5.16", "CC6.2", "Identity management", HELPS, "named accounts, never deleted; joiners and leavers are "
            "entered by hand", "accounts",
            (N.ACCOUNTS,)),
    Control("A.5.11, A.6.5", "CC6.3", "Return of assets, end of an engagement", HELPS, "access has an end; a list of "
            "the grants, reads and files of an account (analyzer user engagement)", "accounts",
            (N.ACCOUNTS,)),
    Control("A.5.17, A.8.5", "CC6.1", "Authentication", HELPS, "Argon2id, 15 characters and more, rate-limited; or "
            "your identity provider; the command line needs the key file and no passphrase", "settings",
            (N.ACCOUNTS,)),
    Control("A.5.18", "CC6.3", "Access rights", MET, "grants with reason and end, reviewed within 90 days or lapsed",
            "accounts",
            (N.ACCOUNTS, N.REVIEWS)),
    Control("A.5.19 to A.5.23", "CC9.2", "Suppliers and cloud services", MET,
            "none is used: no data leaves the machine", "seal",
            (N.SEAL, N.PROOF)),
    Control("A.5.24", "CC7.3", "Incident planning", HELPS, "drills of the report; your plan says who does what",
            "drills",
            (N.INCIDENT_DRILL,)),
    Control("A.5.26", "CC7.4", "Response to incidents", HELPS,
            "stop of exports and new access, report of who saw what, draft notice", "drills",
            (N.INCIDENT_DRILL,)),
    Control("A.5.28", "CC7.4", "Collection of evidence", MET,
            "a backup at the opening of an incident, with the log's anchor", "log",
            (N.LOG,)),
    Control("A.5.30", "A1.3", "Readiness for continuity", MET, "drills that restore a backup and compare every row",
            "drills",
            (N.RESTORE_DRILL,)),
    Control("A.5.33", "CC7.2", "Protection of records", MET, "a hash-chained log, its newest event noted outside",
            "log",
            (N.LOG,)),
    Control("A.5.34", "P1 to P8", "Privacy and personal data", HELPS, "replaced before storage, erasure, access, "
            "retention; not every name is found", "privacy",
            (N.IMPORTS, N.SAMPLE)),
    Control("A.8.2", "CC6.3", "Privileged access", MET, "admins see no comments; the last admin cannot be revoked",
            "accounts",
            (N.ACCOUNTS,)),
    Control("A.8.3", "CC6.1", "Restriction of access to information", MET,
            "enforced by the database connection of an account", "accounts",
            (N.ACCOUNTS, N.SELF_TEST)),
    Control("A.8.9", "CC8.1", "Configuration management", HELPS, "settings are read at the start and listed here",
            "settings"),
    Control("A.8.10", "C1.2", "Deletion of information", MET, "erasure with a search for residues; retention rules",
            "privacy",
            (N.DELETION,)),
    Control("A.8.11", "C1.1", "Data masking", MET, "placeholders; pseudonyms by keyed hashes", "privacy",
            (N.IMPORTS,)),
    Control("A.8.12", "CC6.7", "Prevention of data leakage", MET, "processes are sealed against network access; "
            "prove it with: analyzer offline prove", "seal",
            (N.SEAL, N.PROOF)),
    Control("A.8.13", "A1.2", "Backup", MET, "encrypted, verified when made; you choose where to store them", "drills",
            (N.BACKUP,)),
    Control("A.8.15", "CC7.2", "Logging", MET, "every read and write with ids, before it is shown", "log",
            (N.LOG,)),
    Control("A.8.16", "CC7.2", "Monitoring", NOT, "the program sends no alerts; read the log with your own tools"),
    Control("A.8.17", "", "Clock synchronization", HELPS,
            "a clock behind the log is refused; the system sets the clock", "log",
            (N.LOG,)),
    Control("A.8.24", "CC6.1", "Cryptography", MET, "SQLCipher (AES-256), AES-GCM, HMAC-SHA-256, Ed25519; keys change",
            "settings"),
    Control("A.8.25, A.8.28", "CC8.1", "Secure development", HELPS, "tests of each claim, locked versions, a bill of "
            "materials (docs/sbom.cdx.json)", "models"),
    Control("A.5.1 to A.5.14", "CC1, CC2", "Policies, roles, classification", NOT, "your responsibility"),
    Control("A.6", "CC1.4", "People: screening, training, contracts", NOT, "your responsibility"),
    Control("A.7", "CC6.4", "Physical security of the machine and its disks", NOT, "your responsibility"),
    Control("A.8.1, A.8.7", "CC6.8", "Endpoints, malware", NOT,
            "your responsibility; an attacker on the machine has the key"),
    Control("A.8.8", "CC7.1", "Vulnerabilities of the system", NOT,
            "your responsibility; the bill of materials lists the components"),
    Control("A.8.20 to A.8.22", "CC6.6, CC6.7", "Networks", HELPS, "other machines use the page only with TLS and "
            "accounts; the network is your responsibility (docs/offline.md)", "seal",
            (N.SEAL,)),
)  # fmt: skip
