"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { Sparkline } from "@/charts/sparkline";
import { setPreferences, usePreferences, type Preferences } from "@/lib/preferences";
import { RadioGroup, Segmented, type ChoiceOption } from "@/ui/choice";
import { Field } from "@/ui/field";
import { Delta } from "@/ui/number";
import { Panel } from "@/ui/panel";
import { Time } from "@/ui/time";

const themes: ChoiceOption<Preferences["theme"]>[] = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

const zones: ChoiceOption<Preferences["zone"]>[] = [
  { value: "utc", label: "UTC" },
  { value: "local", label: "Local time" },
];

const colours: ChoiceOption<Preferences["colours"]>[] = [
  { value: "usual", label: "Usual", hint: "Green for gains, red for losses" },
  { value: "inverted", label: "Inverted", hint: "Red for gains, green for losses" },
  { value: "colour-blind", label: "Colour-blind", hint: "Blue for gains, orange for losses" },
];

const RISING = [3, 4, 3.5, 5, 4.8, 6.2, 6, 7.5];
const FALLING = [7, 6.4, 6.8, 5.2, 5.5, 4.1, 4.4, 3];

/** How everything looks; what is chosen is effective at once and kept in this browser. */
export function AppearancePanel() {
  const preferences = usePreferences();
  return (
    <Panel title="Appearance" hint="Effective at once, and kept in this browser.">
      <div className="flex flex-col gap-5">
        <Field label="Theme" group>
          <Segmented
            value={preferences.theme}
            onChange={(theme) => setPreferences({ theme })}
            options={themes}
          />
        </Field>
        <Field label="Times" group hint={<Now />}>
          <Segmented
            value={preferences.zone}
            onChange={(zone) => setPreferences({ zone })}
            options={zones}
          />
        </Field>
        <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,1fr)_minmax(0,13rem)]">
          <Field label="Colours of gains and losses" group>
            <RadioGroup
              value={preferences.colours}
              onChange={(chosen) => setPreferences({ colours: chosen })}
              options={colours}
            />
          </Field>
          <Preview />
        </div>
      </div>
    </Panel>
  );
}

/** A bar of the sample data, so that the same text stands on each screenshot. */
const EXAMPLE = "2017-12-29T21:00:00Z";

function Now() {
  return (
    <>
      The last bar of EURUSD in the sample opened at <Time at={EXAMPLE} />.
    </>
  );
}

function Preview() {
  return (
    <dl
      aria-label="Preview of the colours"
      className="border-line bg-page grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-3 rounded-md border p-3"
    >
      <dt>
        <Sparkline values={RISING} label="A rising line" className="h-7 w-full" />
      </dt>
      <dd>
        <Delta value={1234.5} arrow />
      </dd>
      <dt>
        <Sparkline values={FALLING} label="A falling line" className="h-7 w-full" />
      </dt>
      <dd>
        <Delta value={-567.8} arrow />
      </dd>
    </dl>
  );
}
