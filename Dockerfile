# Feedback Analyzer for processors, without CUDA. Two stages: the compiler stays in the first.
#
#   docker build -t feedback-analyzer .
#   docker compose run --rm fetch        # the models, into their volume; the only step with a network
#   docker compose up page               # see compose.yaml
#
# The build needs the package index; both indexes of builds for the machine can be replaced, as in set-up.
ARG PYTHON=3.12
FROM python:${PYTHON}-slim AS build
ARG TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
# AVX2 and no more, so that the image runs on other processors than the one that built it.
ARG LLAMA_CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DLLAVA_BUILD=OFF"
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY tools ./tools
RUN python tools/constraints.py requirements.lock tools/torch.txt > /constraints.txt \
    && python -m venv /opt/analyzer \
    && /opt/analyzer/bin/pip install --no-cache-dir --index-url "${TORCH_INDEX_URL}" --requirement tools/torch.txt
COPY analyzer ./analyzer
COPY examples ./examples
RUN CMAKE_ARGS="${LLAMA_CMAKE_ARGS} -DCMAKE_PROJECT_llama_cpp_INCLUDE=/source/tools/llama_cpp_library_only.cmake" \
    /opt/analyzer/bin/pip install --no-cache-dir --constraint /constraints.txt ".[mcp]" \
    && find /opt/analyzer -name __pycache__ -type d -prune -exec rm -rf {} +

FROM python:${PYTHON}-slim
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin analyzer \
    && install --directory --owner analyzer --group analyzer --mode 0700 /data /keys /models
COPY --from=build /opt/analyzer /opt/analyzer
COPY container/health.py /opt/health.py
ENV PATH=/opt/analyzer/bin:$PATH HOME=/data PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TMPDIR=/tmp \
    ANALYZER_WORKSPACE=/data/workspace ANALYZER_MODELS_DIR=/models ANALYZER_KEYS_DIR=/keys
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/keys", "/models"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "/opt/health.py"]
ENTRYPOINT ["analyzer"]
CMD ["serve"]
