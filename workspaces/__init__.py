"""People, workspaces (the tenants), clients, roles, and the scoping that keeps tenants apart."""
