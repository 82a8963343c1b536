"""What a model may do: trade, look at prices, search, calculate; as MCP servers."""
