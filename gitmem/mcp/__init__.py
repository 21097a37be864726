"""The MCP server: what an agent may ask of the memory, and leave in it, over stdio."""
