"""Charts: plain numbers become Vega-Lite specifications, and these become inline SVG."""
