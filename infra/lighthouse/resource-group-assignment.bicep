// The part of a resource group’s delegation that lives in the group.

param name string
param registrationDefinitionId string

resource assignment 'Microsoft.ManagedServices/registrationAssignments@2022-10-01' = {
  name: name
  properties: {
    registrationDefinitionId: registrationDefinitionId
  }
}

output id string = assignment.id
