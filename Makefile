# Everything from an empty folder: `make run` (the app on the sample), `make test` (all tests).
# Needs only make and Python 3.11 or newer. Windows without make: see README.md.

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.rsqa-ready

# The first Python that really starts, is 3.11 or newer and can make a virtual environment.
# (A name on the PATH is not enough: version managers leave shims that only print an error.)
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)

NOT_LOCKED := torch triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti \
	nvidia-cuda-nvrtc nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver \
	nvidia-cusparse nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx

PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: setup run test lint eval bench samples lock audit clean help

help:  ## この一覧
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1	/' | expand -t 16

setup: $(STAMP)  ## 仮想環境 .venv を作る

# torch goes in first and by itself: constraints.txt fixes its version, and the rest then finds it satisfied.
$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 以上（venv と ensurepip を含む）が見つかりません。Debian/Ubuntu では python3-venv を入れてください。" >&2; exit 1; }
	@echo "仮想環境 $(VENV) に必要なものを入れています（初めは数分かかります）"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -c constraints.txt torch
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	touch $@

run: $(STAMP)  ## アプリを開く（データがなければ見本を読み込む）
	$(BIN)/python app.py

test: $(STAMP)  ## すべての試験
	$(BIN)/python -m pytest

lint: $(STAMP)  ## ruff と mypy --strict
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

eval: $(STAMP)  ## 正答率（../shared があれば実データ、なければ見本）
	$(BIN)/python -m benchmarks.eval

bench: $(STAMP)  ## 速さと大きさ → benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks.run

samples: $(STAMP)  ## samples/sheets を作り直す
	$(BIN)/python -m samples.make_samples

# The lock leaves out torch and what only its CUDA builds need: which build is right depends on the machine.
lock: $(STAMP)  ## requirements.lock を作り直す（全パッケージの版とハッシュ）
	$(PIP) install --quiet -c constraints.txt -e '.[audit]'
	$(BIN)/python -m uv pip compile pyproject.toml -c constraints.txt --universal --python-version 3.11 \
		--generate-hashes --no-annotate --quiet --custom-compile-command "make lock" \
		$(foreach p,$(NOT_LOCKED),--no-emit-package $(p)) -o requirements.lock

audit: $(STAMP)  ## 依存パッケージの既知の脆弱性を調べる（ネットワークを使う）
	$(PIP) install --quiet -c constraints.txt -e '.[audit]'
	$(BIN)/python -m pip_audit -r requirements.lock --require-hashes --disable-pip

clean:  ## 仮想環境と作業ファイルを消す（データは消さない）
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
