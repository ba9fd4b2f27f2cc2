"""ServiceNow, through its Table API and pysnow."""
