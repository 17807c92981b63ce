"""What Meta's three platforms share: signatures, the webhook envelope, Graph calls and their errors.

- `signature`: `handshake`, `verify`
- `envelope`: `read_items`, `Item`, `Odd`, `addresses`, `phone_number_ids`
- `messaging`: `turn_of`, `parse_turn`, `SHARED_EVENTS` (edits, reactions, taps, referrals, reads, handovers)
- `content`: `message_parser`, `SHARED_ATTACHMENTS` (messages, echoes, unsends of Messenger and Instagram)
- `templates`: `Form`, `generic_template`, `button_template`, `render_quick_replies`, `fitting`, `refuse`
- `graph`: `graph_request`, `read_outcome`, `read_usage`, `GraphError`, `ErrorRow`
- `errors`: `SHARED_ERRORS`
"""
