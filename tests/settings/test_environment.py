import multiprocessing
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubbub.kit.envelope import new_key
from hubbub.kit.errors import ConfigurationError
from hubbub.settings import environment as settings
from hubbub.settings.environment import Environment, environment, read_environment, reload_environment
from hubbub.settings.example import render_env_example
from hubbub.settings.fields import ROOT
from hubbub.settings.generated import generated_secrets
from hubbub.settings.sources import REQUIRED_SECRETS

NAMES = [str(field.validation_alias) for field in Environment.model_fields.values()]
PRODUCTION = {
    "HUBBUB_ENV": "production",
    "SECRET_KEY": "s" * 40,
    "HUBBUB_ENCRYPTION_KEYS": f"k1:{new_key()}",
    "HUBBUB_INDEX_KEY": "i" * 40,
    "FACEBOOK_APP_SECRET": "new-secret, old-secret",
    "FACEBOOK_WEBHOOK_VERIFY_TOKEN": "verify",
}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("HUBBUB_DATA_DIR", str(tmp_path / "data"))
    yield
    monkeypatch.undo()
    environment.cache_clear()


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Environment:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_environment(None)


def test_everything_has_a_default_in_development(tmp_path: Path) -> None:
    env = read_environment(None)
    assert (env.mode, env.port, env.base_url) == ("development", 8000, "http://127.0.0.1:8000")
    assert env.data_dir == tmp_path / "data"
    assert env.media_dir == tmp_path / "data" / "media"
    assert env.database_url is None
    assert env.platform_urls.graph == "https://graph.facebook.com"
    assert not env.log_json
    assert not env.is_production


def test_defaults_follow_the_settings_that_they_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, PORT="9123").base_url == "http://127.0.0.1:9123"
    env = read(monkeypatch, BASE_URL="https://hub.example.com/")
    assert env.base_url == "https://hub.example.com"
    assert env.allowed_hosts == ("localhost", "127.0.0.1", "[::1]", "hub.example.com")


def test_a_relative_data_directory_begins_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, HUBBUB_DATA_DIR="elsewhere", **production_secrets()).data_dir == ROOT / "elsewhere"


def production_secrets() -> dict[str, str]:
    return {name: PRODUCTION[name] for name in REQUIRED_SECRETS}


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('PORT=7001\nHUBBUB_LOG_LEVEL=DEBUG\nUNKNOWN=1\nFACEBOOK_APP_SECRET="from file"\n')
    monkeypatch.setenv("PORT", "7002")
    env = read_environment(file)
    assert (env.port, env.log_level) == (7002, "DEBUG")
    assert env.facebook_app_secret.get_secret_value() == "from file"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    env = read(monkeypatch, PORT="", FACEBOOK_RATE_LIMIT_PER_HOUR="", REDIS_URL="", SECRET_KEY="")
    assert (env.port, env.facebook_rate_limit_per_hour, env.redis_url) == (8000, None, None)
    assert env.secret_key.get_secret_value()


def test_a_setting_can_come_from_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mounted-secret\n")
    dotenv = tmp_path / ".env"
    dotenv.write_text("FACEBOOK_APP_SECRET=from-dotenv\n")
    monkeypatch.setenv("FACEBOOK_APP_SECRET_FILE", str(secret))
    assert read_environment(dotenv).facebook_app_secret.get_secret_value() == "mounted-secret"
    monkeypatch.setenv("FACEBOOK_APP_SECRET", "direct")
    assert read_environment(dotenv).facebook_app_secret.get_secret_value() == "direct"


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"SECRET_KEY_FILE names .*gone"):
        read(monkeypatch, SECRET_KEY_FILE=str(tmp_path / "gone"))


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    env = read(monkeypatch, HUBBUB_PRIVATE_HOSTS="minio, 10.0.0.5 ,", HUBBUB_ALLOWED_HOSTS="a.example.com")
    assert env.private_hosts == ("minio", "10.0.0.5")
    assert env.allowed_hosts == ("a.example.com",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "eighty"),
        ("BASE_URL", "hub.example.com"),
        ("BASE_URL", "http://"),
        ("HUBBUB_ENV", "staging"),
        ("HUBBUB_LOG_LEVEL", "LOUD"),
        ("HUBBUB_LOG_JSON", "perhaps"),
        ("FACEBOOK_GRAPH_API_VERSION", "26"),
        ("FACEBOOK_MAX_MESSAGE_RETRY", "-1"),
        ("FACEBOOK_RATE_LIMIT_PER_HOUR", "0"),
        ("HUBBUB_EVENT_RETENTION_DAYS", "7"),
        ("HUBBUB_DATABASE_ROLE_PREFIX", "Robert'; DROP"),
        ("HUBBUB_ENCRYPTION_KEYS", "k1:abc"),
        ("HUBBUB_MEDIA_S3_ENDPOINT", "minio:9000"),
    ],
)
def test_a_bad_value_is_refused_in_a_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        read(monkeypatch, **{name: value})
    assert caught.value.sentence.endswith(".")


def test_a_refusal_never_shows_values(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, HUBBUB_ENCRYPTION_KEYS="k1:c2VjcmV0LXZhbHVl", PORT="sesame")
    assert "c2VjcmV0" not in str(caught.value)
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_settings_are_frozen_and_do_not_print_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    env = read(monkeypatch, DATABASE_URL="postgresql://u:hunter2@db/x", **PRODUCTION)
    with pytest.raises(ValueError, match="frozen"):
        setattr(env, "port", 1)  # noqa: B010 (mypy would not let it pass)
    for secret in ("hunter2", "new-secret", PRODUCTION["HUBBUB_ENCRYPTION_KEYS"]):
        assert secret not in repr(env)


# Secrets


def test_development_makes_up_secrets_once_and_keeps_them(tmp_path: Path) -> None:
    first, second = read_environment(None), read_environment(None)
    for field in REQUIRED_SECRETS.values():
        value = getattr(first, field).get_secret_value()
        assert len(value) >= 32
        assert value == getattr(second, field).get_secret_value()
    file = tmp_path / "data" / "secrets.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    sealed = first.envelope.seal(b"x", context=())
    assert second.envelope.open(sealed, context=()) == b"x"


def test_only_what_is_missing_is_made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env = read(monkeypatch, SECRET_KEY="mine")
    assert env.secret_key.get_secret_value() == "mine"
    text = (tmp_path / "data" / "secrets.env").read_text()
    assert "\nSECRET_KEY=" not in text
    assert "\nHUBBUB_INDEX_KEY=" in text


def test_nothing_is_written_when_nothing_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    read(monkeypatch, **production_secrets())
    assert not (tmp_path / "data").exists()


def test_a_later_need_keeps_the_secrets_that_are_there(tmp_path: Path) -> None:
    first = generated_secrets(tmp_path, ["SECRET_KEY"])
    both = generated_secrets(tmp_path, ["SECRET_KEY", "HUBBUB_INDEX_KEY"])
    assert both["SECRET_KEY"] == first["SECRET_KEY"]
    assert generated_secrets(tmp_path, ["HUBBUB_INDEX_KEY"])["HUBBUB_INDEX_KEY"] == both["HUBBUB_INDEX_KEY"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secrets.env", "secrets.env.lock"]


def secrets_in_a_process(data_dir: Path) -> dict[str, str]:
    return generated_secrets(data_dir, REQUIRED_SECRETS)


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(6) as pool:
        results = pool.map(secrets_in_a_process, [tmp_path / "shared"] * 6, chunksize=1)
    assert all(result == results[0] for result in results)


def test_a_data_directory_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="HUBBUB_DATA_DIR"):
        generated_secrets(tmp_path / "file" / "data", ["SECRET_KEY"])


def test_production_demands_every_secret_and_makes_up_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, HUBBUB_ENV="production")
    assert all(name in caught.value.sentence for name in REQUIRED_SECRETS)
    assert not (tmp_path / "data").exists()


def test_production_does_not_use_what_development_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    read_environment(None)
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        read(monkeypatch, HUBBUB_ENV="production")


@pytest.mark.parametrize("name", ["SECRET_KEY", "HUBBUB_INDEX_KEY"])
def test_production_refuses_a_short_secret(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        read(monkeypatch, **{**PRODUCTION, name: "short"})


def test_production_starts_with_its_secrets_and_logs_json(monkeypatch: pytest.MonkeyPatch) -> None:
    env = read(monkeypatch, **PRODUCTION)
    assert env.is_production
    assert env.log_json


def test_webhooks_are_verified_with_the_secrets_of_their_app(monkeypatch: pytest.MonkeyPatch) -> None:
    env = read(monkeypatch, INSTAGRAM_APP_SECRET="instagram-secret", **PRODUCTION)
    assert env.signing_secrets("facebook") == (b"new-secret", b"old-secret")
    assert env.signing_secrets("whatsapp") == (b"new-secret", b"old-secret")
    assert env.signing_secrets("instagram") == (b"instagram-secret", b"new-secret", b"old-secret")
    assert env.signing_secrets("line") == ()


def test_platforms_are_called_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = "http://127.0.0.1:8001"
    env = read(
        monkeypatch,
        HUBBUB_GRAPH_BASE_URL=f"{sandbox}/graph/",
        HUBBUB_INSTAGRAM_GRAPH_BASE_URL=f"{sandbox}/instagram",
        HUBBUB_LINE_BASE_URL=f"{sandbox}/line",
        HUBBUB_LINE_DATA_BASE_URL="http://127.0.0.1:8002/line-data",
    )
    assert env.platform_urls.graph == f"{sandbox}/graph"
    assert env.platform_urls.origins == {sandbox, "http://127.0.0.1:8002"}


# The process's own settings


def test_settings_are_read_once_until_reloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_ENV", "test")
    monkeypatch.setenv("PORT", "7003")
    assert reload_environment().port == 7003
    monkeypatch.setenv("PORT", "7004")
    assert environment().port == 7003
    assert reload_environment().port == 7004


def test_tests_do_not_read_the_developers_own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=7005\n")
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    assert reload_environment().port == 7005
    monkeypatch.setenv("HUBBUB_ENV", "test")
    assert reload_environment().port == 8000


# The example


def test_the_example_file_is_current() -> None:
    current = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert current == render_env_example(), "run: python -m hubbub.settings.example"


def test_the_example_documents_every_setting_once_and_sets_none() -> None:
    lines = render_env_example().splitlines()
    documented = [line[2:].split("=")[0] for line in lines if line.startswith("# ") and line[2:].split("=")[0] in NAMES]
    assert documented == NAMES
    assert all(line.startswith("#") or not line for line in lines)
    assert all(field.description for field in Environment.model_fields.values())


def test_the_defaults_of_the_example_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = [line[2:] for line in render_env_example().splitlines() if line[2:].split("=")[0] in NAMES]
    computed = ("HUBBUB_ALLOWED_HOSTS", "HUBBUB_LOG_JSON", "HUBBUB_MEDIA_DIR", "HUBBUB_ARCHIVE_DIR", "BASE_URL")
    file = tmp_path / ".env"
    file.write_text("\n".join(line for line in lines if not line.startswith(computed)))
    assert read_environment(file) == read_environment(None)


def test_the_settings_load_without_django() -> None:
    command = "import sys, hubbub.settings.environment; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
