"""What Meta's three platforms share.

- `signature`: `handshake`, `verify`
- `envelope`: `read_items`, `parse_items`, `Item`, `Odd`, `addresses`, `phone_number_ids`
- `graph`: `graph_request`, `read_outcome`, `read_usage`, `GraphError`, `ErrorRow`
- `errors`: `SHARED_ERRORS` and makers of rows
- Messenger and Instagram only: `messaging` (items), `content` (messages), `optins`, `templates` (cards, buttons, quick
  replies), `rules` (checks of JSON in the platform's own shape), `answers` (`Answers`), `subscriptions`
"""
