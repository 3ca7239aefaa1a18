from ratelimit import Decision, rate_limit_headers


def test_allowed():
    assert rate_limit_headers(Decision(True, 10, 7)) == {
        "X-RateLimit-Limit": "10",
        "X-RateLimit-Remaining": "7",
    }


def test_refused():
    assert rate_limit_headers(Decision(False, 10, 0, 30.0)) == {
        "X-RateLimit-Limit": "10",
        "X-RateLimit-Remaining": "0",
        "Retry-After": "30",
    }
