"""The evidence service: settings, proofs, grants, drills and controls as a signed file and a page for reviewers."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analyzer.custody.types import EvidenceBundle
from analyzer.errors import UsageError
from analyzer.index.inventory import count_languages, list_imports
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy import risk
from analyzer.security.audit_service import verify_log
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.files_service import FilesService
from analyzer.security.incident_log import DRILL
from analyzer.security.permissions import ROLES, Permission, needs
from analyzer.security.sandbox.egress import seal_status
from analyzer.security.signatures import is_intact, sign
from analyzer.security.types import Account
from analyzer.security.workspace_store import WorkspaceStore
from analyzer.types import WrittenFile

PAGE, FACTS = "index.html", "evidence.json"
FILL = "[fill in]"
LATEST = "SELECT at, detail FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1"


class EvidenceService:
    """Evidence for a reviewer: settings, proofs, grants, drills, controls."""

    name = "evidence"

    def __init__(
        self,
        *,
        store: WorkspaceStore,
        settings: Mapping[str, str],
        model_names: Callable[[], Sequence[str]],
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        accounts: Callable[[], Sequence[Account]],
        receipt_key: bytes,
        evidence_page: Callable[[Mapping[str, Any]], str],
        files: FilesService,
    ) -> None:
        """Create the service.

        Args:
            store: the open workspace.
            settings: name -> value, without secret settings.
            model_names: returns the models whose SHA-256 is listed.
            audit: the audit log, which records each bundle.
            authorization: checks the permissions of each call.
            models: source of the fingerprints.
            accounts: returns every account with its review remarks.
            receipt_key: signs the facts.
            evidence_page: renders the facts as one HTML page.
            files: writes and records files.
        """
        self._store = store
        self._admin_database = store.database
        self._settings = dict(settings)
        self._model_names = model_names
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._accounts = accounts
        self._receipt_key = receipt_key
        self._evidence_page = evidence_page
        self._files = files

    @needs(Permission.AUDIT)
    def write(self, folder: Path | str, proof: Path | str | None = None) -> WrittenFile:
        """Write evidence.json, signed, and index.html, a page with the same facts and a table of controls.

        Args:
            folder: to create.
            proof: a report of `analyzer offline prove`, listed with its verdict and fingerprint.

        Raises:
            UsageError: if the folder exists, or the proof is not such a report.
        """
        folder = Path(folder)
        if folder.exists():
            raise UsageError(f"{folder} is there already; choose another folder")
        found = self._bundle(_read_proof(Path(proof)) if proof else "")
        folder.mkdir(parents=True, mode=0o700)
        event = "evidence", {"folder": folder.name}
        written = self._files.document(folder / FACTS, found.signed.encode(), event)
        self._files.document(folder / PAGE, found.page.encode(), ("files.document", {"folder": folder.name}))
        return WrittenFile(str(folder), len(found.facts), written.sha256)

    @needs(Permission.AUDIT)
    def bundle(self, proof: str = "") -> EvidenceBundle:
        """Return the evidence without writing it.

        Args:
            proof: text of a report of `analyzer offline prove`; empty for none.

        Raises:
            UsageError: if the proof is not such a report.
        """
        found = self._bundle(proof)
        self._audit.record("evidence", {"sha256": sha256(found.signed.encode()).hexdigest()})
        return found

    def _bundle(self, proof: str) -> EvidenceBundle:
        facts = self._facts(proof)
        plain = json.dumps(sign(facts, self._receipt_key), ensure_ascii=False, indent=1)
        return EvidenceBundle(facts, self._evidence_page(facts), plain)

    def _facts(self, proof: str) -> dict[str, Any]:
        log = verify_log(self._admin_database, self._audit.log)
        return json.loads(json.dumps({  # type: ignore[no-any-return]
            "workspace": self._store.path.name, "id": self._store.id, "made": stamp(now()), "by": self._audit.actor,
            "program": f"feedback-analyzer {version('feedback-analyzer')}",
            "log": {**asdict(log), "refused in all": self._event_count("denied")},
            "accounts": [self._account_row(asdict(one)) for one in self._accounts()],
            "roles": {role.value: sorted(allowed) for role, allowed in ROLES.items()},
            "drills": self._drill_facts(), "latest backup": self._latest("backup.create"),
            "seal": self._seal_facts(proof), "privacy": self._privacy_facts(),
            "models": self._fingerprints(), "settings": self._all_settings(), "processing": self._processing_record(),
        }, default=str))  # fmt: skip

    def _account_row(self, one: Mapping[str, Any]) -> dict[str, Any]:
        grant = one["grant"] or {}
        return {
            "account": one["name"], "state": one["state"], "roles": grant.get("roles", ()), "until": grant.get("until"),
            "imports": grant.get("datasets", ()), "columns": grant.get("columns", ()), "reason": grant.get("reason"),
            "granted by": grant.get("granter"), "reviewed": grant.get("reviewed") or None,
            "last used": one["last_used"] or None, "to look at": one["remarks"],
        }  # fmt: skip

    def _drill_facts(self) -> list[dict[str, Any]]:
        titles = (
            ("backup restored", "backup.drill"), ("backup verified", "backup.verify"), ("incident report", DRILL),
            ("self-test of access and figures", "audit.selftest"),
        )  # fmt: skip
        found = []
        for title, action in titles:
            rows = self._admin_database.rows(LATEST, (action,))
            detail = json.loads(rows[0][1]) if rows else {}
            found.append(
                {"what": title, "latest": rows[0][0] if rows else None, "ok": detail.get("ok"), "told": detail}
            )
        return found

    def _seal_facts(self, proof: str) -> dict[str, Any]:
        status = seal_status()
        found: dict[str, Any] = {
            "in force": status.ok, "by": status.level, "stops": status.stops, "does not stop": status.does_not_stop,
            "left open on purpose, in all": self._event_count("unsealed"),
            "one hole, a model server on this machine": status.hole or "none",
            "model servers switched on, in all": self._event_count("models.server_on"),
            "imports on a cluster, in all (workers that joined)": self._event_count("import.cluster"),
        }  # fmt: skip
        if proof:
            try:
                report = json.loads(proof)
                found["proof"] = {
                    "ok": report["ok"], "made": report.get("made_at"), "intact": is_intact(report),
                    "key": report["signature"]["fingerprint"],
                    "sha256": sha256(proof.encode()).hexdigest(),
                }  # fmt: skip
            except (ValueError, KeyError, TypeError) as error:
                raise UsageError("that is not a proof report; make one with: analyzer offline prove") from error
        return found

    def _privacy_facts(self) -> dict[str, Any]:
        samples = risk.sample_checks(self._admin_database, None)
        latest = samples[-1] if samples else None
        return {
            "replaced before storage": dict(
                self._admin_database.rows("SELECT type, sum(n) FROM findings GROUP BY 1 ORDER BY 2 DESC, 1")
            ),
            "imports": len(list_imports(self._admin_database)),
            "latest checked sample": asdict(latest) if latest else None, "erasures": self._event_count("erase"),
            "keys of the ledger": self._admin_database.rows("SELECT count(*) FROM erased")[0][0],
            "retention": [
                f"{months} months{f', {condition}' if condition else ''}"
                for months, condition in self._admin_database.rows(
                    "SELECT months, condition FROM retention WHERE ended = '' ORDER BY 1"
                )
            ],
        }  # fmt: skip

    def _fingerprints(self) -> dict[str, str]:
        return {name: self._models.fingerprint(name) for name in self._model_names() if self._models.is_present(name)}

    def _all_settings(self) -> dict[str, Any]:
        return {**self._settings, "schema": self._admin_database.meta("schema")}

    def _processing_record(self) -> dict[str, Any]:
        imports = list_imports(self._admin_database)
        columns = [row[0] for row in self._admin_database.rows("SELECT label FROM columns ORDER BY position")]
        people = self._admin_database.rows("SELECT count(DISTINCT respondent) FROM feedback")[0][0]
        records = self._admin_database.rows("SELECT count(*) FROM feedback")[0][0]
        languages = count_languages(self._admin_database)
        return {
            "controller, contact, data protection officer (30(1)(a))": FILL,
            "purposes (b)": "analysis of customer feedback: answers with quotes, counts, themes",
            "categories of data subjects (c)": f"people who gave feedback; {people:,} known by a pseudonym",
            "categories of personal data (c)": f"free-text comments, pseudonymised; columns: {', '.join(columns)}",
            "held": f"{records:,} comments from {len(imports)} imports"
            + "".join(f"; {language}: {count:,}" for language, count in languages.items()),
            "recipients (d)": ", ".join(one.name for one in self._accounts()) or "everyone with the workspace's key",
            "transfers to third countries (e)": "none by this program: its processes are sealed against network access",
            "training of third parties' models": _training(self._models.server is not None),
            "time limits for erasure (f)": self._privacy_facts()["retention"] or "none; add: analyzer retention set",
            "security measures (g)": "encryption at rest, pseudonyms, roles, log, backups; see the controls",
        }  # fmt: skip

    def _latest(self, action: str) -> str | None:
        rows = self._admin_database.rows(LATEST, (action,))
        return str(rows[0][0]) if rows else None

    def _event_count(self, action: str) -> int:
        return int(self._admin_database.rows("SELECT count(*) FROM audit WHERE action = ?", (action,))[0][0])


def _training(has_server: bool) -> str:
    if has_server:
        return (
            "none by this program; the model server on this machine gets questions and comments: [check its settings]"
        )
    return "none: models are local files that are only read"


def _read_proof(proof: Path) -> str:
    try:
        return Path(proof).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{proof} is not a proof report; make one with: analyzer offline prove") from error
