// Rung's reference Business Rule: tells Rung of every insert, update and delete of a record.
//
// Table: incident (one rule for each further table). When: after. Insert, update and delete: checked. Advanced: checked.
// It reads three system properties, which you create under System Properties:
//   rung.url      where to send, such as https://rung.example.com/webhooks/servicenow-main
//   rung.secret   the secret of that source (type password2); it is sent as the header X-Rung-Secret
//   rung.user     the user name of Rung's integration account, whose own changes are not sent; empty sends them too
(function executeRule(current, previous /* null when async */) {
    var url = gs.getProperty('rung.url');
    if (!url || gs.getUserName() == gs.getProperty('rung.user', '')) {
        return;
    }

    function text(field) {
        return current.isValidField(field) ? String(current.getValue(field) || '') : '';
    }

    function reference(field) {
        var value = text(field);
        return { value: value, display_value: value ? String(current.getDisplayValue(field)) : '' };
    }

    function person(field) {
        var said = reference(field);
        said.email = said.value ? String(current[field].email || '') : '';
        return said;
    }

    // The entry that this change adds; the first line that getJournalEntry puts before it (time and author) is left out.
    function note(field) {
        if (!current.isValidField(field) || !current[field].changes()) {
            return '';
        }
        return String(current[field].getJournalEntry(1)).replace(/^[^\n]*\n/, '').replace(/\s+$/, '');
    }

    var fields = {};
    ['short_description', 'description', 'state', 'hold_reason', 'impact', 'urgency', 'priority', 'severity', 'category',
        'correlation_id', 'correlation_display', 'opened_at', 'resolved_at', 'close_code', 'close_notes'].forEach(
        function (field) { fields[field] = text(field); });
    ['assignment_group', 'business_service', 'cmdb_ci'].forEach(function (field) { fields[field] = reference(field); });
    ['assigned_to', 'caller_id'].forEach(function (field) { fields[field] = person(field); });
    ['work_notes', 'comments'].forEach(function (field) { fields[field] = note(field); });

    var body = {
        table: String(current.getTableName()),
        operation: String(current.operation()),
        sys_id: text('sys_id'),
        number: text('number'),
        sys_mod_count: text('sys_mod_count'),
        sys_updated_on: text('sys_updated_on'),
        sys_updated_by: text('sys_updated_by'),
        sys_created_by: text('sys_created_by'),
        fields: fields
    };
    try {
        var request = new sn_ws.RESTMessageV2();
        request.setEndpoint(url);
        request.setHttpMethod('post');
        request.setRequestHeader('Content-Type', 'application/json');
        request.setRequestHeader('X-Rung-Secret', gs.getProperty('rung.secret'));
        request.setHttpTimeout(10000);
        request.setRequestBody(JSON.stringify(body));
        request.executeAsync(); // does not hold up the person who saves; ServiceNow does not try again
    } catch (error) {
        gs.error('Rung was not told of ' + body.number + ': ' + error.message);
    }
})(current, previous);
