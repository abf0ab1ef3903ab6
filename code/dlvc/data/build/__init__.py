"""Scripts that rebuild each embedded file, byte for byte, from the packages that its card names."""
