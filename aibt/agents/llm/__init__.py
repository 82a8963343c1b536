"""Language models behind one interface: providers, streaming, retries, costs."""
