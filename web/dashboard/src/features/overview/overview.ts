import type { components } from '@sightglass/client';

type Summary = components['schemas']['PipelineSummary'];

export type Overview = components['schemas']['Overview'];

/** A pipeline that the first-run guide offers. */
export type Startable = Pick<Summary, 'id' | 'name' | 'description'>;

const offered = 3;

/** Those that the first-run guide offers, first the ones with a model: they say most while they run. */
export function startableOf(pipelines: readonly Summary[]): Startable[] {
  const telling = (pipeline: Summary) => (pipeline.defaultProvider === '' ? 0 : 1);
  return pipelines.filter((one) => one.valid).sort((a, b) => telling(b) - telling(a)).slice(0, offered);
}
