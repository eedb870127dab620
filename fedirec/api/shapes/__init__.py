"""What is sent and answered, as pydantic models: OpenAPI is made from them."""
