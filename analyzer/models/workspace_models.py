"""The models of one workspace: the embedding model of its vectors, and the model or server that answers."""

from collections.abc import Callable
from pathlib import Path

from analyzer.errors import ModelError
from analyzer.models.embedder import Embeds
from analyzer.models.families import Family
from analyzer.models.llm import Answers
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.local_server import LocalServer


class WorkspaceModels:
    """Loads the models of a workspace on first use.

    Attributes:
        server: the model server that answers instead of a file; None for a file.
    """

    def __init__(
        self,
        loaded: LoadedModels,
        *,
        read_embedding: Callable[[], tuple[str, str]],
        answering_name: str,
        context_tokens: int,
        threads: int,
        server: LocalServer | None = None,
    ) -> None:
        """Take the names of the models; nothing is loaded yet.

        Args:
            loaded: the models of this process.
            read_embedding: returns name and SHA-256 of the embedding model of the workspace.
            answering_name: catalog name of the answering model.
            context_tokens: context window of the answering model, in tokens.
            threads: threads of the answering model; 0 means one per core.
            server: the model server that answers instead; None for the answering model.
        """
        self._loaded = loaded
        self._read_embedding = read_embedding
        self._answering_name = answering_name
        self.server = server
        self._context_tokens = context_tokens
        self._threads = threads

    @property
    def embedding_name(self) -> str:
        """The name of the embedding model of the workspace."""
        return self._read_embedding()[0]

    @property
    def embedder(self) -> Embeds:
        """The embedding model.

        Raises:
            ModelError: if the file differs from the file that embedded the workspace, so that vectors do not compare.
        """
        name, fingerprint = self._read_embedding()
        if self.fingerprint(name) != fingerprint:
            raise ModelError(
                f"the file of {name} differs from the one this workspace was made with; restore the earlier file, or "
                f"run: analyzer reindex --embedding {name}"
            )
        return self._loaded.embedder(name)

    @property
    def embedding_path(self) -> Path:
        """The path of the embedding model, from which worker processes load it."""
        return self._loaded.path(self.embedding_name)

    @property
    def answering_name(self) -> str:
        """Catalog name of the answering model; of a server the name of its model, with the address."""
        return self.server.title if self.server else self._answering_name

    def answering(self) -> Answers:
        """Return the answering model."""
        return self.server or self._loaded.answering(self._answering_name, self._context_tokens, self._threads)

    @property
    def family(self) -> Family:
        """The family of the answering model; a file is not opened for it."""
        return self.server.family if self.server else self._loaded.family(self._answering_name)

    def fingerprint(self, name: str) -> str:
        """Return the SHA-256 of a model; of a server's model what the server says of it."""
        if self.server and name == self.answering_name:
            return self.server.fingerprint
        return self._loaded.fingerprint(name)

    def fingerprints(self) -> dict[str, str]:
        """Return the fingerprints of the embedding and the answering model, by name."""
        return {name: self.fingerprint(name) for name in (self.embedding_name, self.answering_name)}

    def is_present(self, name: str) -> bool:
        """Return whether the files of a model are present, or its server answers."""
        if self.server and name == self.answering_name:
            return self.server.is_reachable
        return self._loaded.is_present(name)
