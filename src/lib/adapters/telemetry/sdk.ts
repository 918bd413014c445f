/** The only door to the OpenTelemetry SDK: built into a file of its own, which nobody reads where telemetry is off. */
// ts-unused-exports:disable-next-line (they are imported where telemetry is on)
export { azureMonitorExporters, otlpExporters } from './exporters.ts';
export { makeOtel } from './otel.ts';
