"""ONNX files as graphs of primitive operations."""
