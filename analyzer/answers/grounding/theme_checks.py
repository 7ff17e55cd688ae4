"""Check theme names and sentences about themes with the checks for sentences of answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.answers.generation import GRAMMAR, INSTRUCTIONS, TOKENS_PER_CLAIM, messages
from analyzer.answers.grounding.checks import Checker, Verifies
from analyzer.answers.grounding.quantities import unbound_quantities
from analyzer.answers.grounding.vocabulary import AllowedWords
from analyzer.answers.passages import Passage
from analyzer.index.types import Hit
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.store.database import Database
from analyzer.themes.naming import SUMMARIZED, is_summary
from analyzer.themes.types import Opinion
from analyzer.types import Claim


@dataclass(frozen=True, slots=True)
class ThemeText:
    """Checks the output of the model about the themes of one workspace."""

    database: Database
    models: WorkspaceModels
    verifier: Callable[[], Verifies]
    is_clean: Callable[[str], bool]

    def is_grounded(self, name: str) -> bool:
        """Return whether a name contains no number, no personal data and no uncommon word."""
        if unbound_quantities(name) or AllowedWords(self.database, self.models.embedder, "").strange(name):
            return False
        return self.is_clean(name)

    def summary(self, question: str, opinions: Sequence[Opinion]) -> Claim | None:
        """Return a checked sentence that answers a question from opinions; None if no sentence passes."""
        group = tuple(Passage(Hit(o.id, 1.0, o.text, {}), o.start, o.end, o.likeness) for o in opinions[:SUMMARIZED])
        texts = {opinion.id: opinion.text for opinion in opinions}
        model = self.models.answering()
        turns = messages(question, group, model.family.prompt("writing", INSTRUCTIONS))
        output = model.complete(turns, GRAMMAR, TOKENS_PER_CLAIM)
        strange = AllowedWords(self.database, self.models.embedder, question).strange
        outcome = Checker(self.verifier(), self.is_clean, texts, strange).check(output, group)
        return outcome if isinstance(outcome, Claim) and is_summary(outcome) else None
