"""The built-in scenes, one file each; they reach the engine through the entry points that anybody's scenes use."""
