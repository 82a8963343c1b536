import type { components } from "@/generated/api";

/** Every message of the platform, by the name that docs/protocol.md gives it. */
export type Schemas = components["schemas"];
export type Schema<Name extends keyof Schemas> = Schemas[Name];

export type RunState = Schema<"TrainingMessage">["state"];
export type Training = Schema<"TrainingMessage">;
export type TrainingStatus = Schema<"StatusMessage">;
export type Session = Schema<"SessionMessage">;
export type SessionStatus = Schema<"SessionStatusMessage">;
export type Bot = Schema<"BotMessage">;
export type Agent = Schema<"AgentMessage">;
export type User = Schema<"UserMessage">;
