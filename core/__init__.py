"""The domain: the model, the policy, the engine that decides, the store that keeps, the work that carries."""
