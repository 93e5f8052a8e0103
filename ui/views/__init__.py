"""What shows results and changes nothing: the field and the charts."""
