/** Tells pytest which views there are. */
import { views } from "./views.mjs";

process.stdout.write(JSON.stringify(views.map(({ name, route }) => ({ name, route }))));
