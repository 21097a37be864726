"""The MCP server: what an agent may ask the memory, and add to it, over stdio."""
