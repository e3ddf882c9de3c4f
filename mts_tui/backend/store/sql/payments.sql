-- name: undos(subscriber_id, now)
SELECT account_id, id, at, until, title, call, body FROM undos
WHERE subscriber_id = :subscriber_id AND until > :now AND undone_at IS NULL
ORDER BY at DESC, id DESC LIMIT 20;

-- name: undo_entry(subscriber_id, id)^
SELECT account_id, id, at, until, title, call, body FROM undos
WHERE subscriber_id = :subscriber_id AND id = :id;

-- name: add_undo(account_id, id, subscriber_id, at, until, title, call, body)!
INSERT INTO undos (account_id, id, subscriber_id, at, until, title, call, body)
VALUES (:account_id, :id, :subscriber_id, :at, :until, :title, :call, :body);

-- name: spend_undo(account_id, id, at)^
UPDATE undos SET undone_at = :at WHERE account_id = :account_id AND id = :id AND undone_at IS NULL
RETURNING id;

-- name: forget_undos(before, count)
DELETE FROM undos WHERE (account_id, id) IN (
    SELECT account_id, id FROM undos WHERE until < :before ORDER BY until LIMIT :count
) RETURNING id;

-- Subscriptions and what is charged next.

-- name: subscriptions(account_id, since)
SELECT s.*, CAST(COALESCE((
    SELECT -SUM(o.amount) FROM operations AS o
    WHERE o.account_id = s.account_id AND o.at >= :since AND o.kind = 'subscription'
        AND o.title = s.title
), 0) AS BIGINT) AS spent
FROM subscriptions AS s WHERE s.account_id = :account_id
ORDER BY CASE WHEN s.off_at IS NULL THEN 0 ELSE 1 END, s.since DESC, s.id;

-- name: subscription(account_id, id)^
SELECT * FROM subscriptions WHERE account_id = :account_id AND id = :id;

-- name: subscribe(account_id, id, title, provider, price, period, since, trial_until, next_at)!
INSERT INTO subscriptions (account_id, id, title, provider, price, period, since, trial_until,
    next_at)
VALUES (:account_id, :id, :title, :provider, :price, :period, :since, :trial_until, :next_at);

-- name: plan_subscription(account_id, id, next_at, off_at)!
UPDATE subscriptions SET next_at = :next_at, off_at = :off_at
WHERE account_id = :account_id AND id = :id;

-- name: planned_autopay(account_id, until)
SELECT id, kind, amount, next_at FROM autopay_rules
WHERE account_id = :account_id AND state = 'active' AND next_at <= :until;

-- name: active_promise(account_id)^
SELECT id, amount, fee, at, due_at FROM promises
WHERE account_id = :account_id AND returned_at IS NULL;

-- Promised payments.

-- name: add_promise(account_id, id, amount, fee, at, due_at)!
INSERT INTO promises (account_id, id, amount, fee, at, due_at)
VALUES (:account_id, :id, :amount, :fee, :at, :due_at);

-- name: return_promise(account_id, at)!
UPDATE promises SET returned_at = :at WHERE account_id = :account_id AND returned_at IS NULL;

-- Autopay.

-- name: autopay_rules(account_id)
SELECT * FROM autopay_rules WHERE account_id = :account_id ORDER BY created_at, id;

-- name: autopay_rule(account_id, id)^
SELECT * FROM autopay_rules WHERE account_id = :account_id AND id = :id;

-- name: put_autopay_rule(account_id, id, kind, state, amount, card_id, threshold, weekday, day, day_limit, month_limit, created_at, next_at, failures)!
INSERT INTO autopay_rules (account_id, id, kind, state, amount, card_id, threshold, weekday, day,
    day_limit, month_limit, created_at, next_at, failures)
VALUES (:account_id, :id, :kind, :state, :amount, :card_id, :threshold, :weekday, :day,
    :day_limit, :month_limit, :created_at, :next_at, :failures)
ON CONFLICT (account_id, id) DO UPDATE SET kind = excluded.kind, state = excluded.state,
    amount = excluded.amount, card_id = excluded.card_id, threshold = excluded.threshold,
    weekday = excluded.weekday, day = excluded.day, day_limit = excluded.day_limit,
    month_limit = excluded.month_limit, next_at = excluded.next_at, failures = excluded.failures;

-- name: drop_autopay_rule(account_id, id)!
DELETE FROM autopay_rules WHERE account_id = :account_id AND id = :id;

-- name: add_autopay_run(account_id, rule_id, at, state, title, means, amount, reason, next_try_at)!
-- Numbered in the order of time: the account is locked.
INSERT INTO autopay_runs (account_id, id, rule_id, at, state, title, means, amount, reason,
    next_try_at)
SELECT :account_id, COALESCE(MAX(id), 0) + 1, :rule_id, :at, :state, :title, :means, :amount,
    :reason, :next_try_at
FROM autopay_runs WHERE account_id = :account_id;

-- name: autopay_runs(account_id, before, count)
SELECT * FROM autopay_runs WHERE account_id = :account_id AND id < :before
ORDER BY id DESC LIMIT :count;

-- name: last_autopay_run(account_id, rule_id)^
SELECT * FROM autopay_runs WHERE account_id = :account_id AND rule_id = :rule_id
ORDER BY id DESC LIMIT 1;

-- name: autopay_count(account_id, since)$
-- Runs of all the account's rules that took money.
SELECT COUNT(*) FROM autopay_runs
WHERE account_id = :account_id AND at >= :since AND state = 'done';

-- name: autopay_spent(account_id, rule_id, since)$
SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM autopay_runs
WHERE account_id = :account_id AND rule_id = :rule_id AND at >= :since AND state = 'done';

-- Payments: top-ups, transfers, purchases.

-- name: add_payment(account_id, id, kind, at, state, expires_at, receiver, title, provider, currency, amount, commission, means, means_title, bank, outside)!
INSERT INTO payments (account_id, id, kind, at, state, expires_at, receiver, title, provider,
    currency, amount, commission, means, means_title, bank, outside)
VALUES (:account_id, :id, :kind, :at, :state, :expires_at, :receiver, :title, :provider,
    :currency, :amount, :commission, :means, :means_title, :bank, :outside);

-- name: payment(account_id, id)^
SELECT * FROM payments WHERE account_id = :account_id AND id = :id;

-- name: payments_before(account_id, before, count)
SELECT * FROM payments WHERE account_id = :account_id AND id < :before ORDER BY id DESC LIMIT :count;

-- name: payment_of_operation(account_id, operation)^
-- An operation and the fee that follows it belong to one payment.
SELECT * FROM payments
WHERE account_id = :account_id AND operation IN (:operation, :operation - 1)
ORDER BY operation DESC LIMIT 1;

-- name: await_code(account_id, id, code_hash, expires_at, means_title, bank, keep)!
UPDATE payments SET state = 'code_sent', code_hash = :code_hash, expires_at = :expires_at,
    means_title = :means_title, bank = :bank, keep = :keep
WHERE account_id = :account_id AND id = :id;

-- name: count_wrong_code(account_id, id)$
UPDATE payments SET tries = tries + 1 WHERE account_id = :account_id AND id = :id RETURNING tries;

-- name: wrong_codes(account_id, since)$
SELECT CAST(COALESCE(SUM(tries), 0) AS BIGINT) FROM payments
WHERE account_id = :account_id AND at >= :since;

-- name: end_payment(account_id, id, state, reason, operation, missed)^
-- No row where the payment has ended before: each ends once.
UPDATE payments SET state = :state, reason = :reason, operation = :operation, missed = :missed,
    expires_at = NULL, code_hash = '', keep = ''
WHERE account_id = :account_id AND id = :id AND state IN ('created', 'code_sent', 'waiting')
RETURNING *;

-- name: outside_payments(account_id, since, now)^
-- To receivers outside the cabinet: how many turned out to be nobody, how many are not at an end.
SELECT CAST(COALESCE(SUM(CASE WHEN at >= :since THEN missed ELSE 0 END), 0) AS BIGINT) AS missed,
    CAST(COALESCE(SUM(CASE WHEN expires_at > :now THEN 1 ELSE 0 END), 0) AS BIGINT) AS unfinished
FROM payments WHERE account_id = :account_id AND outside = 1 AND (at >= :since OR expires_at > :now);

-- name: transfer_awaiting_code(account_id, now)^
SELECT * FROM payments
WHERE account_id = :account_id AND kind = 'transfer' AND state = 'code_sent' AND expires_at > :now
ORDER BY id DESC LIMIT 1;

-- name: moved(account_id, rule, direction, since)^
SELECT COUNT(*) AS count, CAST(COALESCE(SUM(ABS(amount)), 0) AS BIGINT) AS amount FROM operations
WHERE account_id = :account_id AND at >= :since AND rule = :rule AND direction = :direction;

-- Kept cards.

-- name: kept_cards(account_id)
SELECT * FROM cards WHERE account_id = :account_id ORDER BY added_at DESC, id DESC;

-- name: kept_card(account_id, id)^
SELECT * FROM cards WHERE account_id = :account_id AND id = :id;

-- name: keep_card(account_id, id, brand, last4, month, year, bank, added_at)!
INSERT INTO cards (account_id, id, brand, last4, month, year, bank, added_at)
VALUES (:account_id, :id, :brand, :last4, :month, :year, :bank, :added_at);

-- name: forget_card(account_id, id)!
DELETE FROM cards WHERE account_id = :account_id AND id = :id;

-- name: rules_of_card(account_id, card_id)$
SELECT COUNT(*) FROM autopay_rules WHERE account_id = :account_id AND card_id = :card_id;

-- Payments kept for the next time.

-- name: saved_payments(account_id)
SELECT * FROM saved_payments WHERE account_id = :account_id ORDER BY at DESC, id DESC;

-- name: saved_payment(account_id, id)^
SELECT * FROM saved_payments WHERE account_id = :account_id AND id = :id;

-- name: save_payment(account_id, id, at, name, provider, number, amount)!
INSERT INTO saved_payments (account_id, id, at, name, provider, number, amount)
VALUES (:account_id, :id, :at, :name, :provider, :number, :amount);

-- name: forget_saved(account_id, id)!
DELETE FROM saved_payments WHERE account_id = :account_id AND id = :id;

-- Documents by e-mail.

-- name: add_mail(account_id, id, at, recipient, document, reference)!
INSERT INTO mails (account_id, id, at, recipient, document, reference, state, next_at)
VALUES (:account_id, :id, :at, :recipient, :document, :reference, 'queued', :at);

-- name: mail(account_id, id)^
SELECT * FROM mails WHERE account_id = :account_id AND id = :id;

-- name: mails_since(account_id, since)$
SELECT COUNT(*) FROM mails WHERE account_id = :account_id AND at >= :since;

-- name: first_mail()$
SELECT MIN(next_at) FROM mails;

-- name: take_mail(now, until)^
-- The oldest that is due, unless another sender has it: nobody else takes it until the lease ends.
UPDATE mails SET tries = tries + 1, next_at = :until
WHERE (account_id, id) = (
    SELECT account_id, id FROM mails WHERE next_at <= :now
    ORDER BY next_at, id LIMIT 1 /* PostgreSQL: FOR UPDATE SKIP LOCKED */
)
RETURNING *;

-- name: end_mail(account_id, id, tries, state, reason)^
-- No row where the lease ended and another sender has it. What the server has taken was sent, even
-- where the document has gone meanwhile.
UPDATE mails SET state = :state, reason = :reason, next_at = NULL
WHERE account_id = :account_id AND id = :id AND tries = :tries
    AND (state = 'queued' OR (state = 'failed' AND :state = 'sent'))
RETURNING id;

-- name: put_off_mail(account_id, id, tries, next_at, reason)!
UPDATE mails SET next_at = :next_at, reason = :reason
WHERE account_id = :account_id AND id = :id AND tries = :tries AND state = 'queued';
