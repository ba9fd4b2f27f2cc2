// Tells Rung of a file that was attached to a record: its name, its size and where it is, never what is in it.
//
// Table: Attachment [sys_attachment].  Advanced: ticked.  When: after.  Insert: ticked.  Order: 1000.
// Condition: Table name is incident (and each further table for which Rung has a rule).
//
// It uses the REST message and the properties of the rule for records (rung-business-rule.js).
(function executeRule(current) {
    if (gs.getUserName() == gs.getProperty('rung.user', 'rung.integration')) {
        return;
    }

    function value(field) {
        return String(current.getValue(field) || '');
    }

    // Whatever goes wrong here must never keep a person from attaching a file.
    try {
        var body = {
            table: value('table_name'),
            sys_id: value('table_sys_id'),
            attachment: {
                sys_id: String(current.getUniqueValue()),
                file_name: value('file_name'),
                size_bytes: value('size_bytes'),
                sys_created_on: value('sys_created_on'),
                sys_created_by: value('sys_created_by')
            }
        };
        var message = new sn_ws.RESTMessageV2('Rung', 'tell');
        var secret = gs.getProperty('rung.secret', '');
        message.setRequestHeader('Content-Type', 'application/json');
        if (secret) {
            message.setRequestHeader('X-Rung-Secret', secret);
        }
        message.setHttpTimeout(10000); // milliseconds
        message.setRequestBody(JSON.stringify(body).replace(/\$/g, '\\u0024'));
        message.executeAsync();
    } catch (error) {
        gs.error('Rung was not told of an attachment ' + current.getUniqueValue() + ': ' + error);
    }
})(current);
