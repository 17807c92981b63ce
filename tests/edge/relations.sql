CREATE TABLE delivery (
    id uuid NOT NULL, received_at timestamptz NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY,
    platform varchar(20) NOT NULL, path_channel varchar(255), body bytea NOT NULL, headers jsonb NOT NULL DEFAULT '{}',
    edge varchar(100) NOT NULL DEFAULT '', size_bytes int NOT NULL DEFAULT 0, is_spooled bool NOT NULL DEFAULT false,
    processed_at timestamptz, PRIMARY KEY (id, received_at),
    CONSTRAINT no_poison CHECK (body <> 'poison')
) PARTITION BY RANGE (received_at);
CREATE TABLE delivery_default PARTITION OF delivery DEFAULT;
CREATE TABLE edge_secret (
    channel_id uuid PRIMARY KEY, organization_id uuid NOT NULL, platform text NOT NULL, external_id text NOT NULL,
    parent_external_id text NOT NULL DEFAULT '', signing_secrets text, verify_token text, is_active bool NOT NULL,
    secrets_changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE noted (at timestamptz NOT NULL DEFAULT clock_timestamp(), rows jsonb NOT NULL);
CREATE FUNCTION note_security_events(noted jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO noted (rows) VALUES (noted)
$$;
GRANT INSERT, SELECT (id, received_at) ON delivery TO edge;
GRANT SELECT ON edge_secret TO edge;
