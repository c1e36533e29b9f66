"""The one error of this room: a record, proof, note or head that does not verify.

`name` is the rule that is broken, stable for programs, vectors and logs:

* Merkle tree: `merkle-size-out-of-range`, `merkle-index-out-of-range`, `merkle-hash-wrong-length`,
  `merkle-hash-missing`, `merkle-frontier-wrong-length`, `proof-wrong-length`, `inclusion-root-mismatch`,
  `consistency-first-root-mismatch`, `consistency-second-root-mismatch`.
* Note: `note-too-long`, `note-not-utf8`, `note-control-character`, `note-no-signatures`,
  `note-text-malformed`, `note-too-many-signatures`, `note-signature-line-malformed`,
  `note-key-name-malformed`, `note-duplicate-signature`, `note-bad-signature`,
  `note-no-known-signature`, `note-keys-ambiguous`, `key-wrong-length`, `key-unfit`, `vkey-malformed`,
  `vkey-unknown-algorithm`, `vkey-hash-mismatch`.
* Checkpoint: `checkpoint-malformed`, `checkpoint-extension-lines`, `checkpoint-origin-mismatch`.
* Entry: `entry-too-long`, `entry-malformed`, `entry-not-canonical`.
* Audit: `audit-index-not-contiguous`, `audit-time-decreases`, `audit-epoch-changes`,
  `audit-head-size-not-increasing`, `audit-head-beyond-entries`, `audit-head-root-mismatch`.
* Match: `match-duplicate-id`.
"""

from parley.words.errors import ParleyError


class RecordError(ParleyError):
    """A record, proof, note or head does not verify; keep the bytes, they may be evidence."""

    exit_status = 1
