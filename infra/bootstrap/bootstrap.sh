#!/usr/bin/env bash
# Makes what a template cannot: the app registrations, the trust between them and the managed identities, and who may use
# the API. Run it once before `azd provision`, and again whenever you like: what is there stays as it is.
#
# Needs: az, signed in to the managing tenant as somebody who may create app registrations and assign app roles
# (Application Administrator with Privileged Role Administrator, or Global Administrator), and who is Contributor on the
# subscription. --watch-activity-log also needs User Access Administrator at the root scope.
set -euo pipefail
# A failing az inside $(…) ends the script too: could not read is never "not there".
shopt -s inherit_errexit 2>/dev/null || { echo 'bootstrap.sh needs bash 4.4 or newer' >&2; exit 2; }

usage() {
  cat <<'TEXT'
usage: bootstrap.sh --environment NAME --location LOCATION [options]

  --environment NAME      the azd environment; part of every name
  --location LOCATION     Azure region, for example northeurope
  --what-if               says what it would do, and changes nothing
  --multi-tenant          the linked application may get service principals in customers' tenants
  --operator OBJECT_ID    user, group or service principal that gets Pal.Operate and Pal.Read (repeatable)
  --reader OBJECT_ID      user, group or service principal that gets Pal.Read (repeatable)
  --watch-activity-log    makes the identity that reads the tenant activity log, with Monitoring Reader at /
TEXT
}

# Ids inside the API's app registration. Fixed, so that a second run finds what the first one made.
readonly READ_ROLE=6f3b2c1e-4c58-4a6f-9b1d-2f0c7a9e5d11
readonly OPERATE_ROLE=a1d0c5b7-93e2-4f0a-8c46-5be1f7d3e922
readonly USE_SCOPE=c0e84f36-7d1b-4e59-a2f8-91d46b7c3a33
# The Azure CLI, so that `az account get-access-token` can get a token for the API.
readonly AZURE_CLI=04b07795-8ddb-461a-bbee-02f9e1bf7b46
readonly MONITORING_READER=43d0d8ad-25c7-4714-9337-8ba259a9fe05
readonly GRAPH=https://graph.microsoft.com/v1.0
readonly UNKNOWN=00000000-0000-0000-0000-000000000000

environment='' location='' what_if=false audience=AzureADMyOrg watch=false
operators=() readers=()

while [ $# -gt 0 ]; do
  case $1 in
    --environment | --location | --operator | --reader)
      [ $# -ge 2 ] || { echo "$1 needs a value" >&2; exit 2; }
      case $1 in
        --environment) environment=$2 ;;
        --location) location=$2 ;;
        --operator) operators+=("$2") ;;
        --reader) readers+=("$2") ;;
      esac
      shift 2
      ;;
    --what-if) what_if=true; shift ;;
    --multi-tenant) audience=AzureADMultipleOrgs; shift ;;
    --watch-activity-log) watch=true; shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "unknown option: $1" >&2; usage >&2; exit 2 ;;
  esac
done
if [ -z "$environment" ] || [ -z "$location" ]; then
  usage >&2
  exit 2
fi

say() { echo "$*" >&2; }

# change WORDS COMMAND…: runs a command that changes something, or only says so.
change() {
  local words=$1
  shift
  if $what_if; then
    say "would $words"
  else
    say "$words"
    "$@"
  fi
}

# found OBJECT: whether an id names something that is there (under --what-if, something may not be there yet).
found() { [ -n "$1" ] && [ "$1" != "$UNKNOWN" ]; }

ensure_group() {
  local there
  there=$(az group exists --name "$1" --output tsv)
  if [ "$there" = true ]; then return; fi
  change "create the resource group $1" \
    az group create --name "$1" --location "$location" --tags "azd-env-name=$environment" --output none
}

# ensure_identity NAME: gives the object id of a user-assigned identity, made when it is missing.
ensure_identity() {
  local id='' there
  there=$(az group exists --name "$group" --output tsv)
  if [ "$there" = true ]; then
    id=$(az identity list --resource-group "$group" --query "[?name=='$1'].principalId | [0]" --output tsv)
  fi
  if ! found "$id"; then
    id=$(change "create the managed identity $1" \
      az identity create --resource-group "$group" --name "$1" --location "$location" \
      --tags "azd-env-name=$environment" --query principalId --output tsv)
  fi
  echo "${id:-$UNKNOWN}"
}

# ensure_app NAME AUDIENCE: gives the client id of the one app registration of that name.
ensure_app() {
  local ids
  ids=$(az ad app list --filter "displayName eq '$1'" --query '[].appId' --output tsv)
  if [ "$(wc -w <<<"$ids")" -gt 1 ]; then
    say "There are several app registrations named $1: delete or rename all but one."
    exit 1
  fi
  if [ -z "$ids" ]; then
    ids=$(change "create the app registration $1" \
      az ad app create --display-name "$1" --sign-in-audience "$2" --query appId --output tsv)
  fi
  echo "${ids:-$UNKNOWN}"
}

# ensure_sp APP_ID NAME: gives the object id of the enterprise application.
ensure_sp() {
  local id=''
  if found "$1"; then
    id=$(az ad sp list --filter "appId eq '$1'" --query '[0].id' --output tsv)
  fi
  if ! found "$id"; then
    id=$(change "create the enterprise application of $2" az ad sp create --id "$1" --query id --output tsv)
  fi
  echo "${id:-$UNKNOWN}"
}

# ensure_trust APP_ID SUBJECT: lets the managed identity sign in as the application.
ensure_trust() {
  local name=pal-autopilot-$environment subject='' parameters
  parameters=$(
    cat <<JSON
{"name":"$name","issuer":"https://login.microsoftonline.com/$tenant/v2.0","subject":"$2","audiences":["api://AzureADTokenExchange"],"description":"PAL Autopilot signs in as this application without a secret."}
JSON
  )
  if found "$1"; then
    subject=$(az ad app federated-credential list --id "$1" --query "[?name=='$name'].subject | [0]" --output tsv)
  fi
  if [ "$subject" = "$2" ] && found "$2"; then return; fi
  if [ -n "$subject" ]; then
    change "let the linker's managed identity sign in as the linked application, instead of $subject" \
      az ad app federated-credential update --id "$1" --federated-credential-id "$name" --parameters "$parameters" --output none
  else
    change "let the linker's managed identity sign in as the linked application" \
      az ad app federated-credential create --id "$1" --parameters "$parameters" --output none
  fi
}

# ensure_api APP_ID: the two app roles, the scope that clients ask for, and tokens of version 2.
ensure_api() {
  local there=''
  if found "$1"; then
    there=$(az ad app show --id "$1" --query \
      "length(appRoles[?id=='$READ_ROLE' || id=='$OPERATE_ROLE']) == \`2\` && contains(identifierUris, 'api://$1') && api.requestedAccessTokenVersion == \`2\`" \
      --output tsv)
  fi
  if [ "$there" = true ]; then return; fi
  change "describe the API: app roles Pal.Read and Pal.Operate, its scope, tokens of version 2" patch_api "$1"
}

patch_api() {
  local object body
  object=$(az ad app show --id "$1" --query id --output tsv)
  body=$(
    cat <<JSON
{"identifierUris":["api://$1"],
 "appRoles":[
  {"id":"$READ_ROLE","value":"Pal.Read","displayName":"Read","description":"Sees tenants, links, sweeps and parked messages.","allowedMemberTypes":["User","Application"],"isEnabled":true},
  {"id":"$OPERATE_ROLE","value":"Pal.Operate","displayName":"Operate","description":"Registers and offboards tenants, makes and removes links, redrives messages.","allowedMemberTypes":["User","Application"],"isEnabled":true}],
 "api":{"requestedAccessTokenVersion":2,
  "oauth2PermissionScopes":[{"id":"$USE_SCOPE","value":"use","type":"User","isEnabled":true,"adminConsentDisplayName":"Use PAL Autopilot","adminConsentDescription":"Calls PAL Autopilot as the signed-in person.","userConsentDisplayName":"Use PAL Autopilot","userConsentDescription":"Calls PAL Autopilot as you."}]}}
JSON
  )
  az rest --method patch --url "$GRAPH/applications/$object" --headers content-type=application/json --body "$body" --output none
  # Only a scope that is there already can be given to a client beforehand.
  az rest --method patch --url "$GRAPH/applications/$object" --headers content-type=application/json --output none --body \
    "{\"api\":{\"preAuthorizedApplications\":[{\"appId\":\"$AZURE_CLI\",\"delegatedPermissionIds\":[\"$USE_SCOPE\"]}]}}"
}

# Without an assignment nobody gets a token for the API at all.
ensure_assignment_required() {
  local required=''
  if found "$1"; then
    required=$(az ad sp show --id "$1" --query appRoleAssignmentRequired --output tsv)
  fi
  if [ "$required" = true ]; then return; fi
  change "give tokens for the API to assigned people and programs only" \
    az ad sp update --id "$1" --set appRoleAssignmentRequired=true --output none
}

# ensure_role API_SP PRINCIPAL ROLE_ID ROLE_NAME
ensure_role() {
  local held=''
  if found "$1"; then
    held=$(az rest --method get --url "$GRAPH/servicePrincipals/$1/appRoleAssignedTo?\$top=999" \
      --query "value[?principalId=='$2' && appRoleId=='$3'].id | [0]" --output tsv)
  fi
  if [ -n "$held" ]; then return; fi
  change "give $4 to $2" \
    az rest --method post --url "$GRAPH/servicePrincipals/$1/appRoleAssignedTo" --headers content-type=application/json \
    --body "{\"principalId\":\"$2\",\"resourceId\":\"$1\",\"appRoleId\":\"$3\"}" --output none
}

# ensure_monitoring_reader PRINCIPAL_ID: at the root scope, where the tenant activity log is read.
ensure_monitoring_reader() {
  local held=''
  if found "$1"; then
    held=$(az role assignment list --scope / --query "[?principalId=='$1' && ends_with(roleDefinitionId, '$MONITORING_READER')].id | [0]" --output tsv)
  fi
  if [ -n "$held" ]; then return; fi
  change "give Monitoring Reader at / to the log watcher" \
    az role assignment create --assignee-object-id "$1" --assignee-principal-type ServicePrincipal \
    --role "$MONITORING_READER" --scope / --output none
}

tenant=$(az account show --query tenantId --output tsv)
group=rg-pal-$environment
linker_name="PAL Autopilot linker ($environment)"
api_name="PAL Autopilot API ($environment)"

ensure_group "$group"
runtime=$(ensure_identity "id-pal-runtime-$environment")
observer=$(ensure_identity "id-pal-observer-$environment")
linker=$(ensure_identity "id-pal-linker-$environment")

linker_app=$(ensure_app "$linker_name" "$audience")
linker_sp=$(ensure_sp "$linker_app" "$linker_name")
ensure_trust "$linker_app" "$linker"

api_app=$(ensure_app "$api_name" AzureADMyOrg)
api_sp=$(ensure_sp "$api_app" "$api_name")
ensure_api "$api_app"
ensure_assignment_required "$api_sp"
for person in ${operators[@]+"${operators[@]}"}; do
  ensure_role "$api_sp" "$person" "$READ_ROLE" Pal.Read
  ensure_role "$api_sp" "$person" "$OPERATE_ROLE" Pal.Operate
done
for person in ${readers[@]+"${readers[@]}"}; do
  ensure_role "$api_sp" "$person" "$READ_ROLE" Pal.Read
done

if $watch; then
  watcher=$(ensure_identity "id-pal-watcher-$environment")
  ensure_monitoring_reader "$watcher"
fi

if $what_if; then
  say 'Nothing was changed.'
  exit 0
fi

cat <<TEXT

Customers' delegations have to name:
  $linker_sp   the linked enterprise application (Support Request Contributor)
  $observer   the observer (Reader)
The runtime ($runtime) is named in no delegation.

azd env set PAL_PRINCIPAL_OBJECT_ID $linker_sp
azd env set PAL_PRINCIPAL_APPLICATION_ID $linker_app
azd env set PAL_API_CLIENT_ID $api_app
TEXT
