"""Connected accounts: both doors, connections, credentials, token refresh, and the mirror of Meta's nodes."""
