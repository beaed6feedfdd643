// What the comparison page can do beyond being read. Everything it needs is in the page's own tables and charts.
"use strict";
