/** What azd hands in for a deployment that says no more than it has to. */
export const azd = {
  AZURE_ENV_NAME: 'test',
  AZURE_LOCATION: 'westeurope',
  PAL_PARTNER_ID: '4681234',
  PAL_PRINCIPAL_OBJECT_ID: '0b0b0b0b-0000-4000-8000-000000000001',
  PAL_PRINCIPAL_APPLICATION_ID: '0a0a0a0a-0000-4000-8000-000000000001',
  PAL_API_CLIENT_ID: '0a0a0a0a-0000-4000-8000-000000000002',
};
