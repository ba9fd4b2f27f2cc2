// Rung's reference Business Rule: tells Rung of every insert, update and delete of a record.
//
// Table: Incident (one such rule for each further table).  Advanced: ticked.
// When: after.  Insert, Update, Delete: ticked.  Condition: empty.  Order: 1000, after the rules that change the record.
//
// "after" and not "async": an async rule cannot see which journal field this change wrote, reads the record as it is
// when the job runs instead of as it was saved, and finds no record at all after a delete. The person who saves does
// not wait for Rung all the same: executeAsync only puts the message into the ECC queue.
//
// System properties (sys_properties):
//   rung.secret   the secret of Rung's source, type password2; travels in the header X-Rung-Secret. Left empty where
//                 the REST message's own Basic authentication is used instead.
//   rung.user     the user name of Rung's integration user
// REST message (sys_rest_message): "Rung", with a POST method "tell" whose endpoint is
//   https://rung.example.com/webhooks/servicenow-main
(function executeRule(current, previous) {
    // Rung's own writes come back here too. They are left out to save a request each; Rung recognises them as well,
    // because this line may be missing, the user may be renamed, and a rule of yours may write in the user's name.
    if (gs.getUserName() == gs.getProperty('rung.user', 'rung.integration')) {
        return;
    }

    var PLAIN = ['short_description', 'description', 'state', 'hold_reason', 'impact', 'urgency', 'priority',
        'severity', 'category', 'correlation_id', 'correlation_display', 'opened_at', 'resolved_at', 'close_code',
        'close_notes'];
    var REFERENCES = ['assignment_group', 'business_service', 'cmdb_ci', 'company', 'location'];
    var PEOPLE = ['assigned_to', 'caller_id'];
    var JOURNALS = ['work_notes', 'comments'];

    // The stored value as a text: codes instead of labels, and times in UTC whoever is logged in.
    function value(field) {
        return current.isValidField(field) ? String(current.getValue(field) || '') : '';
    }

    function reference(field) {
        var stored = value(field);
        return { value: stored, display_value: stored ? String(current.getDisplayValue(field) || '') : '' };
    }

    function person(field) {
        var said = reference(field);
        var user = said.value ? current[field].getRefRecord() : null;
        said.email = user && user.isValidRecord() ? String(user.getValue('email') || '') : '';
        return said;
    }

    // The text that this change entered. getJournalEntry puts a line with time and author before it.
    function entered(field) {
        return String(current[field].getJournalEntry(1)).replace(/^[^\n]*\n/, '').replace(/\s+$/, '');
    }

    function fields() {
        var said = {};
        PLAIN.forEach(function (field) { said[field] = value(field); });
        REFERENCES.forEach(function (field) { said[field] = reference(field); });
        PEOPLE.forEach(function (field) { said[field] = person(field); });
        JOURNALS.forEach(function (field) {
            if (current.operation() != 'delete' && current.isValidField(field) && current[field].changes()) {
                said[field] = entered(field);
            }
        });
        return said;
    }

    // What this change was about; null where it is not a change of a record that was there.
    function changed() {
        if (current.operation() != 'update') {
            return null;
        }
        return PLAIN.concat(REFERENCES, PEOPLE).filter(function (field) {
            return current.isValidField(field) && current[field].changes();
        });
    }

    function body() {
        return {
            table: String(current.getTableName()),
            sys_id: String(current.getUniqueValue()),
            number: value('number'),
            operation: String(current.operation()), // insert, update or delete
            sys_mod_count: value('sys_mod_count'),
            sys_updated_on: value('sys_updated_on'),
            sys_updated_by: value('sys_updated_by'),
            sys_created_by: value('sys_created_by'),
            changed: changed(),
            fields: fields()
        };
    }

    function send(text) {
        var message = new sn_ws.RESTMessageV2('Rung', 'tell');
        var secret = gs.getProperty('rung.secret', '');
        message.setRequestHeader('Content-Type', 'application/json');
        if (secret) {
            message.setRequestHeader('X-Rung-Secret', secret);
        }
        message.setHttpTimeout(10000); // milliseconds
        message.setRequestBody(text);
        message.executeAsync();
    }

    // Whatever goes wrong here must never keep a person from saving an incident.
    try {
        // A "${...}" in somebody's text would be taken for a variable of the message; in JSON \u0024 is a dollar sign.
        send(JSON.stringify(body()).replace(/\$/g, '\\u0024'));
    } catch (error) {
        gs.error('Rung was not told of ' + current.getTableName() + ' ' + current.getUniqueValue() + ': ' + error);
    }
})(current, previous);
