"""The digest: what rose, fell and is new since the last one, as files, with rules that alert."""
