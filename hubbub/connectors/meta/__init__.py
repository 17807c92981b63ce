"""What Meta's three platforms share: signatures, the webhook envelope, Graph calls and their errors.

- `signature`: `handshake`, `verify`
- `envelope`: `read_items`, `Item`, `Odd`, `addresses`, `phone_number_ids`
- `graph`: `graph_request`, `read_outcome`, `read_usage`, `GraphError`, `ErrorRow`
- `errors`: `SHARED_ERRORS`
"""
