/** The only door to the OpenTelemetry SDK: built into a file of its own, which nobody reads where telemetry is off. */
export { azureMonitorExporters, otlpExporters } from './exporters.ts';
export { makeOtel } from './otel.ts';
