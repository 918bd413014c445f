// Built-in roles a delegation names, as bare ids (Lighthouse takes nothing else).

@export()
@description('Support Request Contributor: the least that earns.')
var linkerRole = 'cfd33db0-3dd1-45e3-aa9d-cdbdf3b6f24e'

@export()
@description('Reader: sees the delegation and what it covers, changes nothing.')
var observerRole = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'

@export()
@description('Managed Services Registration assignment Delete Role: lets people, never a program, give the access back.')
var engineersRole = '91c1777a-f3dc-4fae-b103-61d183457e46'
