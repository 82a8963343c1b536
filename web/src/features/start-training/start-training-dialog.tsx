"use client";

import dynamic from "next/dynamic";
import type { StartTrainingFormProps } from "@/features/start-training/start-training-form";

/* The form comes with the description of every parameter: read when it is wanted. */
const Form = dynamic(() => import("@/features/start-training/start-training-form"), { ssr: false });

interface StartTrainingDialogProps extends StartTrainingFormProps {
  open: boolean;
}

/**
 * Asks what to train and starts it, then goes to the training.
 *
 * The address may say what is asked for at first: `bot` and any parameter of a start, as `symbol`.
 */
export function StartTrainingDialog({ open, ...form }: StartTrainingDialogProps) {
  return open ? <Form {...form} /> : null;
}
