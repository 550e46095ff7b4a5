"""The client for Meta's Instagram APIs: HTTP, errors, logins and endpoints. It knows nothing of Django or tenants.

Reading order: `errors` (what can go wrong, named by the caller's next move), `transport` (one HTTP exchange),
`graph` (one conversation with one token), `logins`, `hosts` and `apps` (the differences, as data), `oauth` (tokens),
then one module per node: `ig_user`, `page`, `ig_media`, `insights`, `ig_container`.
"""
