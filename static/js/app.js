// Comforts on top of pages that work without any of this.
import "./copy.js";
import "./files.js";
import "./forms.js";
import "./haze.js";
import "./menus.js";
import "./more.js";
import "./offline.js";
import "./share.js";
import "./tabs.js";
import "./times.js";
import "./trails.js";
