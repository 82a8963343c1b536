import { createContext } from "react";

/** Where lists open: inside a dialog they must be part of it, or they could not be scrolled. */
export const PortalContext = createContext<HTMLElement | null>(null);
