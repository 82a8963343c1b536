/** Where an agent is shown, and where it is made or changed. */
export const agentHref = (id: number) => `/agent?id=${id}`;
export const editHref = (id: number) => `/agent?id=${id}&edit=1`;
export const copyHref = (id: number) => `/agent?new=1&copy=${id}`;
export const NEW_HREF = "/agent?new=1";
export const sessionHref = (id: number) => `/session?id=${id}`;
